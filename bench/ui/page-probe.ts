/** An image that cornerstone has drawn on a viewport's canvas. */
interface Draw {
  readonly pane: string
  readonly imageId: string
  /** ms, of the page's clock. */
  readonly time: number
}

/** What a page is asked to watch while it is used; times are ms of the page's own clock. */
export interface PageProbe {
  /** Images drawn, in order, since `clear`. */
  readonly draws: readonly Draw[]
  /** Durations of main-thread tasks over 50 ms since `clear`. */
  readonly longTasks: readonly number[]
  clear(): void
  /**
   * From now on waits for the next key or click and then for each of these viewports to be drawn. `answer`
   * gives the ms from the input's own time stamp to the end of the animation frame in which the last was
   * drawn; the compositor's work comes after that.
   */
  await(panes: readonly string[]): void
  /** @throws when there was none in ten seconds. */
  answer(): Promise<number>
  /**
   * Turns the wheel over a viewport by one notch in every animation frame, to the end of the series and back.
   */
  scroll(pane: string, slices: number, ms: number): Promise<Scrolled>
}

export interface Scrolled {
  readonly ms: number
  /** Number of animation frames, per viewport, in which another image than before was drawn on its canvas. */
  readonly changes: Readonly<Record<string, number>>
}

declare global {
  interface Window {
    probe: PageProbe
  }
}

/** Runs in the page, so it may name nothing outside itself. */
function installProbe(): void {
  const draws: Draw[] = []
  const longTasks: number[] = []
  const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
  /** Tasks posted in an animation frame come after its layout and painting. */
  const painted = () =>
    new Promise<number>((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        resolve(performance.now())
      }
      port2.postMessage(undefined)
    })
  const paneOf = (target: EventTarget | null) =>
    (target as Element | null)?.closest<HTMLElement>('[data-testid^=pane-]')?.dataset['testid']

  // cornerstone draws in an animation frame and then tells the element; only capturing listeners hear of it
  // from outside.
  const drawnListeners = new Set<(pane: string) => void>()
  document.addEventListener(
    'cornerstoneimagerendered',
    (event) => {
      const pane = paneOf(event.target)
      if (pane === undefined) return
      const { imageId } = (event as CustomEvent<{ image: { imageId: string } }>).detail.image
      draws.push({ pane, imageId, time: performance.now() })
      for (const listener of drawnListeners) listener(pane)
    },
    true,
  )
  new PerformanceObserver((list) => {
    longTasks.push(...list.getEntries().map(({ duration }) => duration))
  }).observe({ type: 'longtask' })

  const nextInput = () =>
    new Promise<number>((resolve) => {
      for (const type of ['keydown', 'click'])
        addEventListener(
          type,
          ({ timeStamp }) => {
            resolve(timeStamp)
          },
          { capture: true, once: true },
        )
    })
  const allDrawn = (panes: readonly string[]) =>
    new Promise<void>((resolve) => {
      const waiting = new Set(panes)
      const listener = (pane: string) => {
        waiting.delete(pane)
        if (waiting.size > 0) return
        drawnListeners.delete(listener)
        resolve()
      }
      drawnListeners.add(listener)
    })
  const answerOf = async (panes: readonly string[]) => {
    const start = await nextInput()
    await allDrawn(panes)
    return (await painted()) - start
  }
  const tooLate = () =>
    new Promise<never>((_, reject) =>
      setTimeout(() => {
        reject(new Error('the viewports were not drawn in ten seconds'))
      }, 10_000),
    )
  let answer = Promise.resolve(NaN)

  const changesOf = () => {
    const last = new Map<string, string>()
    const changes: Record<string, number> = {}
    for (const { pane, imageId } of draws) {
      if (last.get(pane) !== imageId) changes[pane] = (changes[pane] ?? 0) + 1
      last.set(pane, imageId)
    }
    return changes
  }
  const scroll = async (pane: string, slices: number, ms: number) => {
    const element = document.querySelector(`[data-testid=${pane}] [data-shown]`)
    const at = () =>
      Number(document.querySelector(`[data-testid=${pane}] [data-testid=slice]`)?.textContent.split(' / ')[0])
    const start = await nextFrame()
    draws.length = 0
    let [direction, now] = [1, start]
    while (now - start < ms) {
      if (at() >= slices) direction = -1
      if (at() <= 1) direction = 1
      element?.dispatchEvent(
        new WheelEvent('wheel', { deltaY: 60 * direction, bubbles: true, cancelable: true }),
      )
      now = await nextFrame()
    }
    return { ms: now - start, changes: changesOf() }
  }

  window.probe = {
    draws,
    longTasks,
    await: (panes) => {
      answer = Promise.race([answerOf(panes), tooLate()])
    },
    answer: () => answer,
    scroll,
    clear: () => {
      draws.length = 0
      longTasks.length = 0
    },
  }
}

/** The probe as a script; compilers that keep functions' names leave calls of `__name` in it. */
export const probeScript = `globalThis.__name ??= (value) => value; (${installProbe.toString()})()`

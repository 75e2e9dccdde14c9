import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'

const images = join(import.meta.dirname, '../../docs/images')

/** What a viewport says of itself, read off its corners. */
export interface ViewportTexts {
  readonly label: string
  readonly slice: string
  readonly window: string
  readonly zoom: string
  readonly probe: string
  readonly isAdversarial: boolean
}

export function pane(page: Page, index: number): Locator {
  return page.getByTestId(`pane-${index}`)
}

export async function viewportTexts(page: Page): Promise<ViewportTexts[]> {
  return page.locator('[data-testid^=pane-]').evaluateAll((panes) =>
    panes.map((element) => {
      const text = (name: string) =>
        element.querySelector<HTMLElement>(`[data-testid=${name}]`)?.innerText ?? ''
      return {
        label: element.getAttribute('aria-label') ?? '',
        slice: text('slice'),
        window: text('window'),
        zoom: text('zoom'),
        probe: text('probe'),
        isAdversarial: element.querySelector('[data-testid=adversarial-label]') !== null,
      }
    }),
  )
}

/** A point of a viewport, as fractions of its size, on the page. */
export async function pointIn(viewport: Locator, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await viewport.boundingBox()
  if (box === null) throw new Error('the viewport is not on the page')
  return { x: box.x + x * box.width, y: box.y + y * box.height }
}

/** A drag with a mouse button, from one point to another, in several moves as a hand makes them. */
export async function drag(
  page: Page,
  from: { x: number; y: number },
  to: { x: number; y: number },
  button: 'left' | 'middle' | 'right' = 'left',
): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down({ button })
  await page.mouse.move(to.x, to.y, { steps: 6 })
  await page.mouse.up({ button })
}

/** A viewport's pixels between two fractions of its width, as one text that is equal where they are. */
export async function pixelsBetween(viewport: Locator, from: number, to: number): Promise<string> {
  return viewport
    .locator('canvas')
    .first()
    .evaluate(
      (element, [left, right]) => {
        const canvas = element as HTMLCanvasElement
        const part = document.createElement('canvas')
        part.width = Math.round(right * canvas.width) - Math.round(left * canvas.width)
        part.height = canvas.height
        part.getContext('2d')?.drawImage(canvas, -Math.round(left * canvas.width), 0)
        return part.toDataURL()
      },
      [from, to] as const,
    )
}

/** A rectangle of a canvas. */
export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

interface Painted {
  /** Pixels that have colour, i.e. whose channels differ. */
  readonly coloured: number
  /** Pixels that are not black. */
  readonly bright: number
  /** Around those that have colour; undefined where none has. */
  readonly bounds: Bounds | undefined
}

/** What a viewport's canvas holds. */
export async function paintedPixels(viewport: Locator): Promise<Painted> {
  return viewport
    .locator('canvas')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement
      const copy = document.createElement('canvas')
      copy.width = canvas.width
      copy.height = canvas.height
      const context = copy.getContext('2d', { willReadFrequently: true })
      context?.drawImage(canvas, 0, 0)
      const data = context?.getImageData(0, 0, copy.width, copy.height).data ?? new Uint8ClampedArray()
      let [coloured, bright] = [0, 0]
      let [left, top, right, bottom] = [Infinity, Infinity, 0, 0]
      for (let i = 0; i < data.length; i += 4) {
        const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3)
        if (r + g + b > 30) bright++
        if (Math.max(r, g, b) - Math.min(r, g, b) <= 12) continue
        coloured++
        const [x, y] = [(i / 4) % copy.width, Math.floor(i / 4 / copy.width)]
        left = Math.min(left, x)
        top = Math.min(top, y)
        right = Math.max(right, x + 1)
        bottom = Math.max(bottom, y + 1)
      }
      return { coloured, bright, bounds: coloured === 0 ? undefined : { left, top, right, bottom } }
    })
}

/** The rectangle around a viewport's coloured pixels. */
export async function colouredBounds(viewport: Locator): Promise<Bounds | undefined> {
  return (await paintedPixels(viewport)).bounds
}

export async function colouredPixels(viewport: Locator): Promise<number> {
  return (await paintedPixels(viewport)).coloured
}

/** The path at the engine of what a viewport shows. */
export async function shownPath(viewport: Locator): Promise<string> {
  const shown = await viewport.locator('[data-shown]').getAttribute('data-shown')
  return shown?.replace(/^radversary:/, '') ?? ''
}

/** The numbers of a float frame, fetched from the engine by the page. */
export async function floatFrame(
  page: Page,
  path: string,
): Promise<{ readonly columns: number; readonly values: number[] }> {
  return page.evaluate(async (url) => {
    const response = await fetch(url)
    const values = [...new Float32Array(await response.arrayBuffer())]
    return { columns: Number(response.headers.get('x-columns')), values }
  }, path)
}

/** Presses Start and waits for the run; fails with what the page says where none comes. */
export async function startAttack(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the attack' }).click()
  const state = page.getByTestId('run-state')
  await state.waitFor().catch(async (cause: unknown) => {
    throw new Error(`The attack did not start: ${await toldOn(page)}`, { cause })
  })
}

/** States that a run does not leave by itself. */
const ends = ['done', 'failed', 'cancelled', 'engine lost']

/**
 * Waits until the shown run has come to a state; fails with what the page says as soon as the run has ended
 * in another.
 */
export async function untilRun(page: Page, state: string, timeout = 240_000): Promise<void> {
  const awaited = new RegExp(`^(${[state, ...ends].join('|')})$`, 'i')
  const shown = page.getByTestId('run-state').filter({ hasText: awaited })
  await shown.waitFor({ timeout })
  // A style sheet writes it in capitals.
  const reached = (await shown.innerText()).toLowerCase()
  if (reached !== state) throw new Error(`The run is ${reached}, expected ${state}: ${await toldOn(page)}`)
}

/** What went wrong, as the page tells it. */
async function toldOn(page: Page): Promise<string> {
  const told = await page.getByRole('alert').allInnerTexts()
  return told.join('; ') || 'the page gives no reason'
}

/** An image of the page for the documentation, written when UPDATE_SCREENSHOTS is 1. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (process.env['UPDATE_SCREENSHOTS'] !== '1') return
  // Charts and requests wait until scrolling rests.
  await page.waitForTimeout(1500)
  // Paths of the machine that made it are none of the reader's business.
  const fields = page.getByLabel(/^(Labels file|Masks: .*|Export to this new or empty folder)$/)
  const mask = [fields, page.getByTestId('exported').locator('code')]
  await page.screenshot({ path: join(images, `${name}.png`), mask, maskColor: '#1d242b' })
}

import type { EngineNotice } from '../shared/bridge.ts'
import type { EngineAddress } from '../shared/engine-address.ts'

/** The engine's process, as far as it is watched. */
export interface EngineChild {
  /** When it listens. */
  readonly ready: Promise<EngineAddress>
  /** When it is gone, for whatever reason. */
  readonly gone: Promise<number>
  kill(): void
}

/** Keeps one engine running. */
export interface EngineSupervisor {
  /** Where the engine is; waits while one starts. Rejects when it was given up. */
  address(): Promise<EngineAddress>
  readonly stop: () => void
}

interface SupervisorOptions {
  readonly start: () => EngineChild
  readonly notify: (notice: EngineNotice) => void
  readonly now?: () => number
}

/** An engine that crashes this often within a minute would crash for ever. */
const mostCrashes = 3
const withinMs = 60_000

/**
 * Starts the engine, and again whenever it is gone: what it was doing lies on disk, so nothing is lost but
 * the slice in work. It gives up, saying so, when that happens again and again.
 */
export function superviseEngine({
  start,
  notify,
  now = () => performance.now(),
}: SupervisorOptions): EngineSupervisor {
  let isStopped = false
  let crashes: number[] = []
  let child = watch(start())

  function watch(started: EngineChild): EngineChild {
    // Those who ask for the address hear of it; nobody else needs to.
    started.ready.catch(() => undefined)
    void started.gone.then(onGone)
    return started
  }
  function onGone(code: number): void {
    if (isStopped) return
    crashes = [...crashes.filter((time) => now() - time < withinMs), now()]
    if (crashes.length >= mostCrashes) {
      notify({ state: 'given-up', code })
      return
    }
    notify({ state: 'crashed', code })
    child = watch(start())
    child.ready.then(
      () => {
        notify({ state: 'restarted', code })
      },
      () => undefined,
    )
  }
  return {
    address: () => child.ready,
    stop: () => {
      isStopped = true
      child.kill()
    },
  }
}

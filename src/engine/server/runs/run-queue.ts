import type { AttackHooks } from '../../attack/attack-hooks.ts'
import type { AttackRequest } from '../../attack/attack-run.ts'
import type { EngineLog } from '../log.ts'
import { engineError } from '../engine-error.ts'
import type { EngineThread, EngineThreads } from '../engine-threads.ts'
import {
  createAllRunEvents,
  createRunEvents,
  type EventOfRun,
  type RunEnd,
  type RunEvents,
} from './run-events.ts'
import type { RunFolders } from './run-folders.ts'
import { lockRun } from './run-lock.ts'

/** A run that waits or is in work. */
export interface Attempt {
  readonly events: RunEvents
  readonly state: 'queued' | 'running' | 'cancelling'
}

/** Runs that wait or are in work: one attack at a time, since each takes the whole device. */
export interface RunQueue {
  add(run: string): void
  /** Takes a waiting run out; ends the one in work within an iteration, at latest after some seconds. */
  cancel(run: string): void
  find(run: string): Attempt | undefined
  /**
   * Events of all runs that wait or are in work, those past and those to come, in one stream: a browser keeps
   * few connections, and one for each run would leave none for anything else. It ends with the signal.
   */
  watchAll(signal?: AbortSignal): AsyncGenerator<EventOfRun, void>
  /**
   * Ends the attack in work, at latest after some seconds, and forgets those that wait: they can be resumed.
   */
  close(): Promise<void>
}

interface QueueOptions {
  readonly folders: RunFolders
  readonly log: EngineLog
  readonly threads: EngineThreads
  /** What the run's thread is asked. */
  readonly dataOf: (run: string) => Promise<AttackRequest>
}

interface Entry {
  readonly run: string
  readonly events: RunEvents
  /** Asks the attack to end; it does within an iteration. */
  readonly abort: AbortController
  /** A process of its own, so that it can be ended at any moment. */
  readonly thread: EngineThread
  state: Attempt['state']
}

export function createRunQueue(options: QueueOptions): RunQueue {
  return new OneAfterAnother(options)
}

class OneAfterAnother implements RunQueue {
  private readonly entries: Entry[] = []
  private working: Promise<void> | undefined
  private isClosed = false
  private readonly all = createAllRunEvents()

  constructor(private readonly options: QueueOptions) {}

  find(run: string): Entry | undefined {
    return this.entries.find((entry) => entry.run === run)
  }

  watchAll(signal?: AbortSignal): AsyncGenerator<EventOfRun, void> {
    const past = () => this.entries.flatMap(({ run, events }) => events.past.map((event) => ({ run, event })))
    return this.all.watch(past, signal)
  }

  add(run: string): void {
    const entry: Entry = {
      run,
      events: createRunEvents((event) => {
        this.all.add({ run, event })
      }),
      state: 'queued',
      abort: new AbortController(),
      thread: this.options.threads.another(),
    }
    this.entries.push(entry)
    setState(entry, 'queued')
    this.working ??= this.work()
  }

  cancel(run: string): void {
    const entry = this.find(run)
    if (entry === undefined) return
    if (entry.state === 'queued') void this.leave(entry, { type: 'end', state: 'cancelled' })
    else setState(entry, 'cancelling')
    entry.abort.abort()
  }

  async close(): Promise<void> {
    this.isClosed = true
    const [current, ...waiting] = this.entries
    for (const entry of waiting) entry.events.add({ type: 'end', state: 'interrupted' })
    if (current !== undefined) {
      setState(current, 'cancelling')
      current.abort.abort()
      await this.working
    }
    this.all.end()
  }

  private async work(): Promise<void> {
    for (let next = this.next(); next !== undefined; next = this.next()) {
      setState(next, 'running')
      await this.leave(next, await attempt(next, this.options))
    }
    this.working = undefined
  }

  private next(): Entry | undefined {
    return this.isClosed ? undefined : this.entries[0]
  }

  private async leave(entry: Entry, outcome: RunEnd): Promise<void> {
    // An engine that closes interrupts its runs; only a user cancels.
    const isDone = outcome.type === 'end' && outcome.state === 'done'
    const end: RunEnd = this.isClosed && !isDone ? { type: 'end', state: 'interrupted' } : outcome
    await recordEnd(entry.run, end, this.options)
    this.entries.splice(this.entries.indexOf(entry), 1)
    entry.events.add(end)
  }
}

function setState(entry: Entry, state: Attempt['state']): void {
  entry.state = state
  entry.events.add({ type: 'state', state })
}

/** From the run's folder to its end; what goes wrong before there is a thread is an end as well. */
async function attempt(entry: Entry, { folders, dataOf, log }: QueueOptions): Promise<RunEnd> {
  const { run, thread } = entry
  log.write('run started', { run })
  try {
    const lock = await lockRun(folders.folder(run))
    try {
      await folders.setOutcome(run, undefined)
      await thread.run('attack', await dataOf(run), hooksOf(entry))
      return { type: 'end', state: 'done' }
    } finally {
      await thread.close()
      await lock.release()
    }
  } catch (thrown) {
    const error = engineError(thrown)
    return error.code === 'cancelled' ? { type: 'end', state: 'cancelled' } : { type: 'error', error }
  }
}

function hooksOf({ abort, events: { add } }: Entry): AttackHooks {
  return {
    signal: abort.signal,
    onProgress: (progress) => {
      add({ type: 'progress', ...progress })
    },
    onNotice: (sentence) => {
      add({ type: 'notice', sentence })
    },
    onEvent: add,
  }
}

/** In the run's folder, for the next start, and in the log. */
async function recordEnd(run: string, end: RunEnd, { folders, log }: QueueOptions): Promise<void> {
  if (end.type === 'error') log.error('run failed', end.error)
  else log.write(`run ${end.state}`, { run })
  if (end.type === 'end' && end.state !== 'cancelled') return
  const outcome =
    end.type === 'error' ? { state: 'failed' as const, error: end.error } : { state: 'cancelled' as const }
  await folders.setOutcome(run, outcome).catch((thrown: unknown) => {
    log.error('outcome not written', engineError(thrown))
  })
}

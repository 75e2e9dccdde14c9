import type { EngineError } from '../../../shared/engine-error.ts'
import type { StudyAttackEvent } from '../../attack/attack-hooks.ts'
import { createEventQueue, type EventQueue, type JobEvent } from '../streamed.ts'

/** What watchers of a run hear; the last event is `end` or `error`. */
export type RunEvent =
  | { readonly type: 'state'; readonly state: 'queued' | 'running' | 'cancelling' }
  | JobEvent
  | StudyAttackEvent
  | RunEnd

export type RunEnd =
  | { readonly type: 'end'; readonly state: 'done' | 'cancelled' | 'interrupted' }
  | { readonly type: 'error'; readonly error: EngineError }

/**
 * Events of one attempt at a run, for any number of watchers; whoever comes late hears it all from the
 * start.
 */
export interface RunEvents {
  readonly add: (event: RunEvent) => void
  watch(): AsyncGenerator<RunEvent, void>
  /** What is kept of those past, in order. */
  readonly past: readonly RunEvent[]
  /** Latest progress. */
  readonly progress: { readonly done: number; readonly total: number } | undefined
}

/** @param onEvent hears each event when it is added */
export function createRunEvents(onEvent: (event: RunEvent) => void = () => undefined): RunEvents {
  const watchers = new Set<ReturnType<typeof newQueue>>()
  let events: RunEvent[] = []
  let isOver = false
  return {
    add: (event) => {
      events = [...events.filter((older) => !outlives(event, older)), event]
      for (const watcher of watchers) watcher.push(event)
      onEvent(event)
      if (event.type !== 'end' && event.type !== 'error') return
      isOver = true
      for (const watcher of watchers) watcher.end()
    },
    watch: async function* () {
      const queue = newQueue()
      events.forEach(queue.push)
      if (isOver) queue.end()
      watchers.add(queue)
      try {
        yield* queue.events()
      } finally {
        watchers.delete(queue)
      }
    },
    get past() {
      return events
    },
    get progress() {
      return events.find((event) => event.type === 'progress')
    },
  }
}

/** An event of a run, among those of others. */
export interface EventOfRun {
  readonly run: string
  readonly event: RunEvent
}

/** Events of every run that waits or is in work, for any number of watchers, each in one stream. */
export interface AllRunEvents {
  readonly add: (event: EventOfRun) => void
  /** What is past when it is first read; it ends with the signal, when the watcher leaves. */
  watch(past: () => readonly EventOfRun[], signal?: AbortSignal): AsyncGenerator<EventOfRun, void>
  /** Ends the streams of all watchers: no more will come. */
  readonly end: () => void
}

export function createAllRunEvents(): AllRunEvents {
  const watchers = new Set<EventQueue<EventOfRun>>()
  return {
    add: (event) => {
      for (const watcher of watchers) watcher.push(event)
    },
    end: () => {
      for (const watcher of watchers) watcher.end()
    },
    watch: async function* (past, signal) {
      const queue = createEventQueue<EventOfRun>(
        (newer, older) => newer.run === older.run && replaces(newer.event, older.event),
      )
      past().forEach(queue.push)
      watchers.add(queue)
      if (signal?.aborted === true) queue.end()
      else signal?.addEventListener('abort', queue.end, { once: true })
      try {
        yield* queue.events()
      } finally {
        watchers.delete(queue)
      }
    },
  }
}

function newQueue() {
  return createEventQueue<RunEvent>(replaces)
}

/** Whether an event makes an older one, which nobody has read yet, worthless. */
function replaces(newer: RunEvent, older: RunEvent): boolean {
  return newer.type === 'progress' && older.type === 'progress'
}

/**
 * Whether the newer event holds all that the older one did: a new progress, a new state, or an image's
 * result, whose trace has the iterations of that image. So what is kept grows with the images, not with the
 * iterations.
 */
function outlives(newer: RunEvent, older: RunEvent): boolean {
  if (newer.type === 'progress' || newer.type === 'state') return older.type === newer.type
  if (newer.type !== 'image' || older.type !== 'iteration') return false
  return older.samples.every(({ image }) => image <= newer.image)
}

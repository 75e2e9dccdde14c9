import type { EngineError } from '../../../shared/engine-error.ts'
import type { StudyAttackEvent } from '../../attack/attack-hooks.ts'
import { createEventQueue, type JobEvent } from '../streamed.ts'

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
  /** Latest progress. */
  readonly progress: { readonly done: number; readonly total: number } | undefined
}

export function createRunEvents(): RunEvents {
  const watchers = new Set<ReturnType<typeof newQueue>>()
  let events: RunEvent[] = []
  let isOver = false
  return {
    add: (event) => {
      events = [...events.filter((older) => !outlives(event, older)), event]
      for (const watcher of watchers) watcher.push(event)
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
    get progress() {
      return events.find((event) => event.type === 'progress')
    },
  }
}

function newQueue() {
  return createEventQueue<RunEvent>((newer, older) => newer.type === 'progress' && older.type === 'progress')
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

import type { RunEvent } from '../../../engine/server/runs/run-events.ts'
import type { FrameReport, ImageResult } from '../../../engine/export/image-result.ts'
import type { EngineError } from '../../../shared/engine-error.ts'

export type TracePoint = FrameReport['trace'][number]

export interface RunProgress {
  readonly done: number
  readonly total: number
  readonly phase: string
  readonly note: string
}

/** `lost`: the engine has stopped answering. */
export type LiveState =
  | 'connecting'
  | 'queued'
  | 'running'
  | 'cancelling'
  | 'done'
  | 'cancelled'
  | 'interrupted'
  | 'failed'
  | 'lost'

/** All events of a run so far, summed up. */
export interface LiveRun {
  readonly state: LiveState
  readonly progress: RunProgress | undefined
  /** By place among the run's images. */
  readonly images: ReadonlyMap<number, ImageResult>
  /** Iterations of frames that are still in work, by place and frame. */
  readonly traces: ReadonlyMap<string, readonly TracePoint[]>
  readonly notices: readonly string[]
  readonly error: EngineError | undefined
}

export const newLiveRun: LiveRun = {
  state: 'connecting',
  progress: undefined,
  images: new Map(),
  traces: new Map(),
  notices: [],
  error: undefined,
}

/** Names a frame, counted from 0, of a run's image. */
function traceKey(image: number, frame: number): string {
  return `${image}/${frame}`
}

/** Whether a run is still to end by itself. */
export function isAtWork({ state }: Pick<LiveRun, 'state'>): boolean {
  return state === 'connecting' || state === 'queued' || state === 'running' || state === 'cancelling'
}

/** A run after some events, in order. What has not changed stays the same object. */
export function afterEvents(run: LiveRun, events: readonly RunEvent[]): LiveRun {
  return events.reduce(afterEvent, run)
}

function afterEvent(run: LiveRun, event: RunEvent): LiveRun {
  switch (event.type) {
    case 'state':
      return { ...run, state: event.state }
    case 'progress':
      return { ...run, state: run.state === 'cancelling' ? run.state : 'running', progress: event }
    case 'notice':
      return { ...run, notices: [...run.notices, event.sentence] }
    case 'iteration':
      return { ...run, traces: withIteration(run.traces, event) }
    case 'image':
      return {
        ...run,
        images: new Map(run.images).set(event.image, event.result),
        traces: withoutImage(run.traces, event.image),
      }
    case 'end':
      return { ...run, state: event.state }
    case 'error':
      return { ...run, state: 'failed', error: event.error }
  }
}

function withIteration(
  traces: LiveRun['traces'],
  event: Extract<RunEvent, { type: 'iteration' }>,
): LiveRun['traces'] {
  const { iteration, restart } = event
  const next = new Map(traces)
  for (const { image, frame, ...sample } of event.samples) {
    const key = traceKey(image, frame)
    const point: TracePoint = {
      ...sample,
      iteration,
      restart,
      probabilities: [...sample.probabilities],
      smoothedTarget: sample.smoothedTarget === null ? null : [...sample.smoothedTarget],
    }
    next.set(key, [...(next.get(key) ?? []), point])
  }
  return next
}

/** An image's result holds its iterations. */
function withoutImage(traces: LiveRun['traces'], image: number): LiveRun['traces'] {
  return new Map([...traces].filter(([key]) => !key.startsWith(`${image}/`)))
}

/** The iterations of a frame, finished or in work. */
export function traceOf({ images, traces }: LiveRun, image: number, frame: number): readonly TracePoint[] {
  return images.get(image)?.frames[frame]?.trace ?? traces.get(traceKey(image, frame)) ?? []
}

import type { RadversaryError } from '../../core/errors.ts'
import type { AttackHooks, StudyAttackEvent } from '../attack/attack-hooks.ts'
import type { Progress } from '../progress.ts'

/** How a task is followed and ended; a task hears of what concerns it. */
export type TaskHooks = AttackHooks

/** What a thread can do: input and result are plain values. */
export type Tasks = Readonly<Record<string, (input: never, hooks: TaskHooks) => unknown>>

export type TaskInput<T extends Tasks, Name extends keyof T> = Parameters<T[Name]>[0]
export type TaskResult<T extends Tasks, Name extends keyof T> = Awaited<ReturnType<T[Name]>>

/** What a thread is sent. Tasks are known by a number that the sender counts. */
export type ToThread =
  | { readonly type: 'run'; readonly id: number; readonly task: string; readonly input: unknown }
  | { readonly type: 'cancel'; readonly id: number }

/** What it answers: any number of events, then how the task ended. */
export type FromThread =
  | { readonly type: 'event'; readonly id: number; readonly event: TaskEvent }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorParts }

export type TaskEvent =
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'notice'; readonly sentence: string }
  | StudyAttackEvent

/** A RadversaryError as it crosses. */
export type ErrorParts = Pick<RadversaryError, 'code' | 'message' | 'tip' | 'file'>

/** Where tasks are done: a thread of this process, or another process. */
export interface TaskHost {
  post(message: ToThread): void
  /** Keeps this process alive until `unref`. */
  ref(): void
  unref(): void
  /** Ends it at once, whatever it is doing; resolves when it is gone. */
  end(): Promise<unknown>
}

/** What a host's owner hears. */
export interface HostOwner {
  readonly hear: (message: FromThread) => void
  /** It is gone. */
  readonly gone: (error: Error) => void
}

export type StartHost = (owner: HostOwner) => TaskHost

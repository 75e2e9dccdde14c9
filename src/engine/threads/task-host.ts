import type { FromThread, ToThread } from './thread-messages.ts'

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

/**
 * Where Electron's engine listens, and what it wants to be shown: other users of the machine must not reach
 * it.
 */
export interface EngineAddress {
  /** A Unix socket's path, or a named pipe's on Windows. */
  readonly socket: string
  readonly secret: string
}

/** What Electron's main process gives the engine's process at its start. */
export interface EngineStart extends EngineAddress {
  /** Folder of the sample's files. */
  readonly resources: string
  /** Folder of the built page. */
  readonly page: string
}

/** What the engine's process answers: it listens. */
export type EngineReady = 'ready'

/** Holds the secret, in every request to the socket. */
export const secretHeader = 'x-radversary-secret'

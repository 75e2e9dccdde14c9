import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { tellInterrupted } from './exit-code.ts'

/**
 * How long a command may tidy up once it is interrupted. Exports are whole or resumable at any moment, so it
 * need not.
 */
const graceMs = 250

/**
 * Runs the command line on a thread of its own and returns its exit code. ONNX Runtime computes on the thread
 * that calls it, many seconds at a time with a large model, so it takes another thread to hear Ctrl-C. A
 * thread that computes can't be stopped either: when the grace is over, or at the second Ctrl-C, the process
 * ends by the signal itself, which a shell reports as 130.
 */
export async function superviseCommand(entry: URL, args: readonly string[]): Promise<number> {
  const command = new Worker(entry, {
    argv: [...args],
    workerData: { isTTY: process.stderr.isTTY } satisfies CommandThreadData,
  })
  let grace: NodeJS.Timeout | undefined
  const end = (signal: NodeJS.Signals) => {
    tellInterrupted({ out: process.stdout, err: process.stderr }, args)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  const interrupt = (signal: NodeJS.Signals) => {
    command.postMessage('interrupt')
    if (grace !== undefined) end(signal)
    grace ??= setTimeout(end, graceMs, signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  endWithReader(process.stdout)
  endWithReader(process.stderr)
  const [code] = (await once(command, 'exit')) as [number]
  clearTimeout(grace)
  return code
}

/** 128 and the number of SIGPIPE, as shells have it. */
const readerGone = 141

/**
 * Ends the process once nobody reads what it writes any more, as in `radversary … | head`. Node hears of it by
 * an error where other programs get a signal.
 */
function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(readerGone)
    throw error
  })
}

/** What the command's thread must know of the process. */
export interface CommandThreadData {
  /** Whether stderr is a terminal: a thread's own stderr never is. */
  readonly isTTY: boolean
}

import { parentPort, workerData } from 'node:worker_threads'
import type { ExitCode } from './exit-code.ts'
import { homeFolder, sweepTemporaryFolder } from '../engine/models/home.ts'
import { runCommandLine } from './program.ts'
import type { CommandThreadData } from './supervise.ts'

/** The command's side of `superviseCommand`: whatever message comes is an interruption. */
export async function runOnOwnThread(args: readonly string[]): Promise<ExitCode> {
  const abort = new AbortController()
  parentPort?.on('message', () => {
    abort.abort()
  })
  parentPort?.unref()
  const { isTTY } = workerData as CommandThreadData
  await sweepTemporaryFolder(homeFolder())
  const { stdout, stderr } = process
  return runCommandLine(
    args,
    { out: stdout, err: { isTTY, write: (text) => stderr.write(text) } },
    abort.signal,
  )
}

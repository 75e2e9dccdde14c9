import { parentPort, workerData } from 'node:worker_threads'
import type { ExitCode } from './exit-code.ts'
import { privateMask } from '../shared/private-files.ts'
import { homeFolder, keepWorkspacePrivate, sweepTemporaryFolder } from '../engine/models/home.ts'
import { linesText } from './output.ts'
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
  const { stdout, stderr } = process
  const tightened = await keepWorkspacePrivate(homeFolder(), privateMask(process.env))
  if (tightened !== undefined) stderr.write(linesText([tightened]))
  await sweepTemporaryFolder(homeFolder())
  return runCommandLine(
    args,
    { out: stdout, err: { isTTY, write: (text) => stderr.write(text) } },
    abort.signal,
  )
}

import { isMainThread } from 'node:worker_threads'
import { keepInspectorShut } from '../shared/no-inspector.ts'
import { keepFilesPrivate } from '../shared/private-files.ts'

const args = process.argv.slice(2)

/** Each thread loads its own side alone: what the command computes with is not loaded twice. */
async function supervised(): Promise<number> {
  keepInspectorShut(process)
  keepFilesPrivate(process)
  const { superviseCommand } = await import('./supervise.ts')
  return superviseCommand(new URL(import.meta.url), args)
}

async function onOwnThread(): Promise<number> {
  const { runOnOwnThread } = await import('./command-thread.ts')
  return runOnOwnThread(args)
}

process.exitCode = await (isMainThread ? supervised() : onOwnThread())

import { isMainThread } from 'node:worker_threads'
import { keepInspectorShut } from '../shared/no-inspector.ts'
import { runOnOwnThread } from './command-thread.ts'
import { superviseCommand } from './supervise.ts'

const args = process.argv.slice(2)
if (isMainThread) keepInspectorShut(process)
process.exitCode = isMainThread
  ? await superviseCommand(new URL(import.meta.url), args)
  : await runOnOwnThread(args)

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'

/** What a command line left. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process. */
export async function commandLine(args: readonly string[], signal?: AbortSignal): Promise<Ended> {
  const written = { out: '', err: '' }
  const stream = (name: keyof typeof written) => ({ write: (text: string) => (written[name] += text) })
  const code = await runCommandLine(args, { out: stream('out'), err: stream('err') }, signal)
  return { code, ...written }
}

/** stdout as the one JSON document that it must be. */
export function jsonOf({ out }: Ended): unknown {
  expect(out.endsWith('}\n')).toBe(true)
  return JSON.parse(out)
}

const repository = fileURLToPath(new URL('../..', import.meta.url))

export type CommandProcess = ChildProcessByStdio<null, Readable, Readable>

/** Starts a command line as `npm run -s radversary` does: a process of its own, built when that is due. */
export function startCommandLine(args: readonly string[]): CommandProcess {
  return spawn(process.execPath, ['scripts/radversary.mjs', ...args], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export interface EndedProcess extends Ended {
  /** That ended it, where one did; `code` is then 128 and the signal's number, as shells have it. */
  readonly signal: NodeJS.Signals | null
}

export async function endOf(child: CommandProcess): Promise<EndedProcess> {
  const written = { out: '', err: '' }
  child.stdout.on('data', (text: Buffer) => (written.out += String(text)))
  child.stderr.on('data', (text: Buffer) => (written.err += String(text)))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return {
    code: code ?? { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }[String(signal)] ?? NaN,
    signal,
    ...written,
  }
}

/** Resolves when a process has written `text` to stderr. */
export async function saysOnStderr(child: CommandProcess, text: string): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += String(chunk)
      if (said.includes(text)) resolve()
    })
    child.once('close', () => {
      reject(new Error(`expected "${text}" on stderr, got ${said}`))
    })
  })
}

import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { internalError } from '../core/errors.ts'

/** A program of another framework that measures itself: one JSON request a line, one JSON answer a line. */
export interface Peer {
  request(request: PeerRequest): Promise<PeerAnswer>
  close(): void
}

export type PeerRequest = Readonly<Record<string, unknown>> & { readonly do: string }
export type PeerAnswer = Readonly<Record<string, unknown>>

/** The first Python that has PyTorch, torchvision and NumPy; null when none has. */
export function pythonWithTorch(): string | null {
  const given = process.env['RADVERSARY_PEERS_PYTHON']
  const pythons = [...(given === undefined ? [] : [given]), 'python3', '/usr/bin/python3']
  return (
    pythons.find((python) => spawnSync(python, ['-c', 'import numpy, torch, torchvision']).status === 0) ??
    null
  )
}

/** Starts a Python peer with so many threads. */
export function startPeer(python: string, script: string, threads: number): Peer {
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) }
  const child = spawn(python, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  return peerOver(child)
}

function peerOver(child: ChildProcessByStdio<Writable, Readable, null>): Peer {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    request: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const line = (await lines.next()) as IteratorResult<string, undefined>
      if (line.done === true) throw internalError(`the benchmark's peer ended during '${request.do}'`)
      const answer = JSON.parse(line.value) as PeerAnswer
      if (typeof answer['error'] === 'string')
        throw internalError(`the benchmark's peer failed in '${request.do}': ${answer['error']}`)
      return answer
    },
    close: () => {
      child.stdin.end()
      child.kill()
    },
  }
}

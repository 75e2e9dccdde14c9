import type { Socket } from 'node:net'
import { setTimeout as timer, clearTimeout } from 'node:timers'
import { networkError } from '../peer.ts'

/** Types of protocol data units (PS3.8 section 9.3). */
export const pduType = {
  associateRequest: 1,
  associateAccept: 2,
  associateReject: 3,
  data: 4,
  releaseRequest: 5,
  releaseResponse: 6,
  abort: 7,
} as const

export interface Pdu {
  readonly type: number
  readonly body: Buffer
}

/** Longest body of P-DATA that we ask peers for, in bytes; we take nothing longer of any PDU. */
export const longestPdu = 131_072

/** How long a PDU may take from its first byte to its last; no peer keeps a connection by a byte a minute. */
const wholeWithinMs = 60_000

/** A connection that carries PDUs, in both directions. */
export interface PduStream {
  /** @throws RadversaryError network-failed when none comes in time, it is none, or the connection ends */
  read(patienceMs: number): Promise<Pdu>
  write(type: number, body: Uint8Array): Promise<void>
  close(): void
}

/** @param node what the user calls the peer */
export function pduStream(socket: Socket, node: string, signal?: AbortSignal): PduStream {
  let fault: Error | undefined
  socket.on('error', (error) => (fault = error))
  const close = () => socket.destroy()
  const isGone = () => socket.destroyed
  signal?.addEventListener('abort', close, { once: true })
  const ended = () => networkError(node, 'the connection ended before the work was done', undefined, fault)
  const buffer = bufferOf(socket)
  const take = async (count: number, untilMs: number): Promise<Buffer> => {
    for (;;) {
      const bytes = buffer.take(count)
      if (bytes !== undefined) return bytes
      if (socket.destroyed || socket.readableEnded) throw ended()
      const isLate = await waitFor(socket, ['data', 'end', 'close', 'error'], untilMs)
      if (isLate) throw networkError(node, 'expected an answer, got none in time')
    }
  }
  return {
    read: async (patienceMs) => {
      const head = await take(6, performance.now() + patienceMs)
      const [type, length] = [head.readUInt8(0), head.readUInt32BE(2)]
      if (type < 1 || type > 7 || length > longestPdu)
        throw networkError(node, 'expected a PDU of DICOM, got something else', 'Check host and port.')
      return { type, body: await take(length, performance.now() + wholeWithinMs) }
    },
    write: async (type, body) => {
      if (socket.destroyed) throw ended()
      const head = Buffer.alloc(6)
      head.writeUInt8(type, 0)
      head.writeUInt32BE(body.length, 2)
      socket.cork()
      socket.write(head)
      const isFull = !socket.write(body)
      socket.uncork()
      if (!isFull) return
      const isLate = await waitFor(socket, ['drain', 'close', 'error'], performance.now() + wholeWithinMs)
      if (isLate || isGone()) throw ended()
    },
    close: () => {
      signal?.removeEventListener('abort', close)
      socket.destroy()
    },
  }
}

/** What has come and was not read yet; the peer waits while that is much. */
function bufferOf(socket: Socket): { take(count: number): Buffer | undefined } {
  let chunks: Buffer[] = []
  let size = 0
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size > 2 * longestPdu) socket.pause()
  })
  return {
    take: (count) => {
      if (size < count) return undefined
      const all = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)
      chunks = [all.subarray(count)]
      size -= count
      if (size <= longestPdu) socket.resume()
      return all.subarray(0, count)
    },
  }
}

/** Waits for one of some events; true when the time is up first. */
function waitFor(socket: Socket, events: readonly string[], untilMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isLate: boolean) => {
      clearTimeout(late)
      for (const event of events) socket.off(event, seen)
      resolve(isLate)
    }
    const seen = () => {
      done(false)
    }
    const late = timer(
      () => {
        done(true)
      },
      Math.max(0, untilMs - performance.now()),
    )
    for (const event of events) socket.once(event, seen)
  })
}

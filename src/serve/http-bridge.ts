import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestBounds } from '../shared/request-bounds.ts'

/**
 * Why a request's body is not to be read, if so. Node's parser holds a body to the length that it declares,
 * so that length is all that need be looked at.
 */
export function bodyRefusal({ method, headers }: IncomingMessage): BodyRefusal | undefined {
  if (method !== 'POST') return undefined
  const length = headers['content-length']
  if (length === undefined) return { status: 411, reason: 'Expected a body whose length is declared.' }
  const { bodyBytes } = requestBounds
  if (Number(length) <= bodyBytes) return undefined
  return { status: 413, reason: `Expected a body of at most ${bodyBytes} bytes.` }
}

export interface BodyRefusal {
  readonly status: 411 | 413
  readonly reason: string
}

/**
 * A request of Node's HTTP server as one of the web, its body read. It is aborted when whoever asked goes
 * away.
 */
export async function webRequest(
  message: IncomingMessage,
  reply: ServerResponse,
  origin: string,
): Promise<Request> {
  const abort = new AbortController()
  reply.once('close', () => {
    if (!reply.writableFinished) abort.abort()
  })
  const { method = 'GET', url = '/' } = message
  const body = method === 'POST' ? await bodyOf(message) : null
  return new Request(origin + url, { method, headers: headersOf(message), signal: abort.signal, body })
}

/**
 * Sends a response of the web, piece by piece as it comes, no faster than it is taken. Ends quietly when the
 * other side goes away.
 */
export async function sendResponse(response: Response, reply: ServerResponse): Promise<void> {
  reply.writeHead(response.status, Object.fromEntries(response.headers))
  reply.flushHeaders()
  const reader = response.body?.getReader()
  const gone = once(reply, 'close')
  // A stream that broke can't be cancelled any more, and nobody is left to hear it.
  gone.then(() => reader?.cancel()).catch(() => undefined)
  try {
    for (;;) {
      const piece = await reader?.read()
      if (piece?.value === undefined) break
      if (!reply.write(piece.value)) await Promise.race([once(reply, 'drain'), gone])
    }
    reply.end()
  } catch {
    // The stream broke in the middle: a cut connection shows it to the other side.
    reply.destroy()
  }
}

async function bodyOf(message: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  for await (const piece of message) pieces.push(piece as Uint8Array)
  return new Uint8Array(Buffer.concat(pieces))
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '')
  return headers
}

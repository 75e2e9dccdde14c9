import { request as httpRequest, type IncomingMessage } from 'node:http'
import { secretHeader, type EngineAddress } from '../shared/engine-address.ts'

/** Sends a request of the page to the engine's process. @throws when the engine is gone. */
export async function forwardToEngine(
  request: Request,
  { socket, secret }: EngineAddress,
): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
  const headers = { ...Object.fromEntries(request.headers), [secretHeader]: secret, host: 'engine' }
  const options = { socketPath: socket, path: pathname + search, method: request.method, headers }
  return new Promise((resolve, reject) => {
    const sent = httpRequest(options, (reply) => {
      resolve(webResponse(reply))
    })
    sent.on('error', reject)
    // Not the option `signal`: it reaches the socket, which other requests use after this one.
    const leave = () => sent.destroy()
    request.signal.addEventListener('abort', leave)
    sent.once('close', () => {
      request.signal.removeEventListener('abort', leave)
    })
    sent.end(body)
  })
}

/** A reply of Node's HTTP client as a response of the web, its body piece by piece as it comes. */
function webResponse(reply: IncomingMessage): Response {
  const headers = new Headers()
  for (let i = 0; i < reply.rawHeaders.length; i += 2)
    headers.append(reply.rawHeaders[i] ?? '', reply.rawHeaders[i + 1] ?? '')
  return new Response(bodyOf(reply), { status: reply.statusCode ?? 502, headers })
}

function bodyOf(reply: IncomingMessage): ReadableStream<Uint8Array> {
  // Heard by whoever reads; when nobody does any more, it is nobody's loss, but unheard it would end the
  // process.
  reply.on('error', () => undefined)
  const pieces = reply[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return new ReadableStream({
    pull: async (controller) => {
      const piece = await pieces.next()
      if (piece.done === true) controller.close()
      else controller.enqueue(piece.value)
    },
    cancel: () => {
      reply.destroy()
    },
  })
}

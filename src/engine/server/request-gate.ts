import type { EngineError } from '../../shared/engine-error.ts'
import { requestBounds } from '../../shared/request-bounds.ts'

type Handler = (request: Request) => Promise<Response>

/**
 * Lets requests through to `handle` while they are within the bounds: a URL too long is refused with 414, a
 * body too large with 413, and with 429 what comes while as much as is allowed is being answered. A stream is
 * open until it has been read or left.
 */
export function createRequestGate(handle: Handler, openCalls: number = requestBounds.openCalls): Handler {
  let open = 0
  return async (request) => {
    const refused = refusal(request)
    if (refused !== undefined) return refused
    const calls = callsOf(request.url)
    if (open + calls > openCalls)
      return refuse(429, `at most ${openCalls} calls at the same time`, `${open + calls}`)
    open += calls
    const close = () => {
      open -= calls
    }
    try {
      return whenOver(await handle(request), close)
    } catch (error) {
      close()
      throw error
    }
  }
}

function refusal({ url, headers }: Request): Response | undefined {
  const { urlLength, bodyBytes } = requestBounds
  if (url.length > urlLength) return refuse(414, `a URL of at most ${urlLength} characters`, `${url.length}`)
  const length = Number(headers.get('content-length'))
  return length > bodyBytes ? refuse(413, `a body of at most ${bodyBytes} bytes`, `${length}`) : undefined
}

function refuse(status: number, expected: string, got: string): Response {
  const error: EngineError = {
    code: 'usage',
    message: `Request: expected ${expected}, got ${got}`,
    tip: null,
    file: null,
  }
  return Response.json({ error }, { status })
}

/** Calls in a request; tRPC itself refuses a batch that is too large before any is made. */
function callsOf(url: string): number {
  const { pathname, searchParams } = new URL(url)
  if (searchParams.get('batch') !== '1') return 1
  const commas = pathname.match(/,|%2c/gi)?.length ?? 0
  return Math.min(commas + 1, requestBounds.callsInBatch)
}

/** Calls `over` once, when the response's body has ended or nobody wants it any more. */
function whenOver(response: Response, over: () => void): Response {
  const isStream = response.headers.get('content-type')?.startsWith('application/jsonl') === true
  if (!isStream || response.body === null) {
    over()
    return response
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const watched = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await reader.read().catch((error: unknown) => {
        over()
        throw error
      })
      if (!done) {
        controller.enqueue(value)
        return
      }
      over()
      controller.close()
    },
    cancel: (reason) => {
      over()
      return reader.cancel(reason)
    },
  })
  return new Response(watched, { status: response.status, headers: response.headers })
}

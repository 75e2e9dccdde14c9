import type { EngineNotice } from '../shared/bridge.ts'
import { type EngineAddress, secretHeader } from '../shared/engine-address.ts'
import type { TaskAsk, TaskReport } from '../shared/task-messages.ts'
import { request as httpRequest, type IncomingMessage } from 'node:http'

/** The engine's process, as far as it is watched. */
export interface EngineChild {
  /** When it listens. */
  readonly ready: Promise<EngineAddress>
  /** When it is gone, for whatever reason. */
  readonly gone: Promise<number>
  kill(): void
}

/** Keeps one engine running. */
export interface EngineSupervisor {
  /** Where the engine is; waits while one starts. Rejects when it was given up. */
  address(): Promise<EngineAddress>
  readonly stop: () => void
}

interface SupervisorOptions {
  readonly start: () => EngineChild
  readonly notify: (notice: EngineNotice) => void
  readonly now?: () => number
}

/** An engine that crashes this often within a minute would crash for ever. */
const mostCrashes = 3
const withinMs = 60_000

/**
 * Starts the engine, and again whenever it is gone: what it was doing lies on disk, so nothing is lost but
 * the slice in work. It gives up, saying so, when that happens again and again.
 */
export function superviseEngine({
  start,
  notify,
  now = () => performance.now(),
}: SupervisorOptions): EngineSupervisor {
  let isStopped = false
  let crashes: number[] = []
  let child = watch(start())

  function watch(started: EngineChild): EngineChild {
    // Those who ask for the address hear of it; nobody else needs to.
    started.ready.catch(() => undefined)
    void started.gone.then(onGone)
    return started
  }
  function onGone(code: number): void {
    if (isStopped) return
    crashes = [...crashes.filter((time) => now() - time < withinMs), now()]
    if (crashes.length >= mostCrashes) {
      notify({ state: 'given-up', code })
      return
    }
    notify({ state: 'crashed', code })
    child = watch(start())
    child.ready.then(
      () => {
        notify({ state: 'restarted', code })
      },
      () => undefined,
    )
  }
  return {
    address: () => child.ready,
    stop: () => {
      isStopped = true
      child.kill()
    },
  }
}

/** A utility process, as far as it is used. */
interface UtilityChild {
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'exit', listener: (code: number) => void): unknown
  postMessage(message: unknown): void
  kill(): unknown
}

/** Starts and ends processes of tasks for the engine and passes messages on; all end with the engine. */
export function serveTaskChildren(engine: UtilityChild, start: () => UtilityChild): void {
  const children = new Map<number, UtilityChild>()
  const report = (news: TaskReport) => {
    if (children.has(news.id)) engine.postMessage(news)
  }
  const begin = (id: number) => {
    const child = start()
    children.set(id, child)
    child.on('message', (message) => {
      report({ type: 'task-process-said', id, message })
    })
    child.once('exit', (code) => {
      report({ type: 'task-process-gone', id, code })
      children.delete(id)
    })
  }
  engine.on('message', (message) => {
    const ask = message as TaskAsk | string
    if (typeof ask === 'string') return
    if (ask.type === 'start-task-process') begin(ask.id)
    else if (ask.type === 'send-to-task-process') children.get(ask.id)?.postMessage(ask.message)
    else children.get(ask.id)?.kill()
  })
  engine.once('exit', () => {
    const left = [...children.values()]
    children.clear()
    for (const child of left) child.kill()
  })
}

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

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Engine } from '../engine/server/create-engine.ts'
import { secretHeader, type EngineAddress } from '../shared/engine-address.ts'
import { bodyRefusal, sendResponse, webRequest } from './http-bridge.ts'
import { isSameSecret } from './access.ts'
import type { StaticFiles } from './static-files.ts'

export interface ServeEngineOptions extends EngineAddress {
  readonly engine: Engine
  readonly files: StaticFiles
}

/** Serves the page and the engine on a socket in a folder of this user's alone. The result ends it. */
export async function serveEngine({
  engine,
  files,
  socket,
  secret,
}: ServeEngineOptions): Promise<() => Promise<void>> {
  const answer = async (message: IncomingMessage, reply: ServerResponse): Promise<void> => {
    if (!isSameSecret(message.headers[secretHeader]?.toString() ?? '', secret)) {
      reply.writeHead(401).end()
      return
    }
    const refusal = bodyRefusal(message)
    if (refusal !== undefined) {
      reply.writeHead(refusal.status).end()
      return
    }
    const request = await webRequest(message, reply, 'http://engine')
    const own = request.method === 'GET' ? await files.response(new URL(request.url).pathname) : undefined
    await sendResponse(own ?? (await engine.handle(request)), reply)
  }
  const server = createServer((message, reply) => {
    answer(message, reply).catch(() => reply.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  return async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

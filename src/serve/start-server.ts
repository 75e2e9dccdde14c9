import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RadversaryError } from '../core/errors.ts'
import type { Engine } from '../engine/server/create-engine.ts'
import { pageHeaders } from '../shared/page-headers.ts'
import { judgeAccess, type Keys, sessionCookie, type Verdict } from './access.ts'
import { bodyRefusal, sendResponse, webRequest } from './http-bridge.ts'
import type { StaticFiles } from './static-files.ts'

export interface ServerOptions {
  readonly engine: Engine
  readonly files: StaticFiles
  /** 0 for any that is free. */
  readonly port: number
  /** Paths that the page opens first. */
  readonly study?: readonly string[] | undefined
}

export interface RunningServer {
  /** With the token: whoever has it may come in. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** The only address that is listened on: nothing outside this machine reaches it. */
const host = '127.0.0.1'

/**
 * Serves the page and the engine to browsers on this machine. @throws RadversaryError io-failed where the
 * port is taken.
 */
export async function startServer({
  engine,
  files,
  port,
  study = [],
}: ServerOptions): Promise<RunningServer> {
  const server = createServer()
  const keys: Keys = { port: await listen(server, port), token: secret(), session: secret() }
  const start = `/${study.length === 0 ? '' : `?${new URLSearchParams(study.map((path): [string, string] => ['study', path])).toString()}`}`
  server.on('request', (message, reply) => {
    answer(message, reply, { keys, engine, files, start }).catch(() => reply.destroy())
  })
  return {
    url: `http://${host}:${keys.port}/?token=${keys.token}`,
    port: keys.port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Answering {
  readonly keys: Keys
  readonly engine: Engine
  readonly files: StaticFiles
  /** Where the page begins. */
  readonly start: string
}

async function answer(message: IncomingMessage, reply: ServerResponse, answering: Answering): Promise<void> {
  for (const [name, value] of Object.entries(pageHeaders)) reply.setHeader(name, value)
  const verdict = judge(message, answering.keys)
  await sendResponse(
    verdict.kind === 'pass' ? await pass(message, reply, answering) : atTheDoor(verdict, answering),
    reply,
  )
}

function judge(message: IncomingMessage, keys: Keys): Verdict {
  const { method = '', url = '', headers } = message
  const refusal = bodyRefusal(message)
  if (refusal !== undefined) return { kind: 'refuse', ...refusal }
  const { host, origin, cookie } = headers
  const fetchSite = headers['sec-fetch-site']
  return judgeAccess({ method, target: url, host, origin, cookie, fetchSite: fetchSite?.toString() }, keys)
}

async function pass(
  message: IncomingMessage,
  reply: ServerResponse,
  { keys, engine, files }: Answering,
): Promise<Response> {
  const request = await webRequest(message, reply, `http://${host}:${keys.port}`)
  const own = request.method === 'POST' ? undefined : await files.response(new URL(request.url).pathname)
  return own ?? engine.handle(request)
}

function atTheDoor(verdict: Exclude<Verdict, { kind: 'pass' }>, { keys, start }: Answering): Response {
  if (verdict.kind === 'refuse')
    return new Response(`${verdict.reason}\n`, {
      status: verdict.status,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    })
  const headers = { 'set-cookie': sessionCookie(keys), 'cache-control': 'no-store' }
  if (verdict.by === 'redirect')
    return new Response(null, { status: 303, headers: { ...headers, location: start } })
  // From another site's link a Strict cookie would not follow a redirect; a page of ours that goes on does
  // send it.
  const page = `<!doctype html><title>Radversary</title><meta http-equiv="refresh" content="0;url=${start.replaceAll('&', '&amp;')}">`
  return new Response(page, { headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } })
}

/** 256 bits. */
function secret(): string {
  return randomBytes(32).toString('base64url')
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new RadversaryError('io-failed', `Serve: expected a free port, got ${port}, which is taken`, {
          tip: 'Give another --port, or none for any that is free.',
          cause,
        }),
      )
    })
    server.listen({ host, port }, resolve)
  })
  return (server.address() as AddressInfo).port
}

/**
 * Opens the user's browser. It is given a file that leads to the URL, readable by this user alone: other
 * users of the machine see the arguments of programs, and the URL holds the token.
 */
export async function openBrowser(url: string, home: string): Promise<void> {
  const path = join(home, 'open-browser.html')
  const page = `<!doctype html><title>Radversary</title><meta http-equiv="refresh" content="0;url=${url}">`
  await mkdir(home, { recursive: true })
  await writeFile(path, page, { mode: 0o600 })
  const [command, ...args] = openerOf(process.platform)
  const child = spawn(command, [...args, pathToFileURL(path).href], { stdio: 'ignore', detached: true })
  // Without a browser the user still has the printed URL.
  child.on('error', () => undefined)
  child.unref()
}

function openerOf(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return platform === 'darwin' ? ['open'] : ['xdg-open']
}

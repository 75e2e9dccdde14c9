import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { RandomSource } from '../../src/core/random.ts'
import { startServer } from '../support/start-application.ts'
import { runCases, type CampaignOptions, type CampaignReport } from './campaign.ts'
import { below } from './edits.ts'

interface Attempt {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Answer {
  readonly status: number
  readonly body: string
}

const secret = 'SECRET-OF-A-FILE'
const methods = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'PROPFIND']
const paths = [
  ...['/', '/api/about', '/api/settings.get', '/api/files.list', '/api/none', '/api/a,b?batch=1', '/api/%ff'],
  ...['/api/settings.set', '/api/runs.list?input={', '/api/__proto__', '/api/constructor', '/api/', '/api'],
  ...[
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%5csecret.txt',
    '//secret.txt',
    '/assets/%00',
    '/assets/../x',
  ],
  ...[
    '/frames/0123456789abcdef/0/0',
    '/frames/../../0/0',
    '/runs/..%2f..%2f/frames/adversarial/0/0',
    '/frames/x',
  ],
  ...['*', 'http://evil.example/', '/?token=', '/?study=/etc/passwd', `/${'a/'.repeat(300)}`],
]
const bodies = ['', '{}', '{', 'null', '[]', '"x"', '{"0":{}}', '{"device":1}', '\u0000', '{"__proto__":1}']

/**
 * Sends requests as other sites, other users and broken programs do. Nobody comes in without the cookie or
 * with another site's marks; no request, with the cookie or without, is answered with a file of outside, is
 * called a fault of Radversary, or leaves the server without an answer.
 */
export async function intrusions(options: CampaignOptions): Promise<CampaignReport> {
  const home = join(options.folder, 'home')
  mkdirSync(home, { recursive: true })
  writeFileSync(join(options.folder, 'secret.txt'), secret)
  const server = await startServer(home)
  try {
    const { port, search } = new URL(server.url)
    const send = (attempt: Attempt) => ask(Number(port), attempt)
    const cookie = await cookieOf(server.url)
    const own = { host: `127.0.0.1:${port}`, cookie }
    return await runCases('http', options, async (random) => {
      const { attempt, mayEnter } = randomAttempt(random, own, search)
      const problem = problemOf(await send(attempt), mayEnter)
      const alive = await send({ method: 'GET', path: '/api/settings.get', headers: own, body: '' })
      const verdict = problem ?? (alive.status === 200 ? undefined : `then no answer: ${alive.status}`)
      if (verdict === undefined) return undefined
      return { verdict: `${verdict}: ${JSON.stringify(attempt).slice(0, 300)}`, file: undefined }
    })
  } finally {
    server.process.kill('SIGTERM')
    if (server.process.exitCode === null) await once(server.process, 'exit')
  }
}

function problemOf({ status, body }: Answer, mayEnter: boolean): string | undefined {
  if (status === 0) return 'no answer'
  if (status >= 500 || body.includes('fault of Radversary')) return `a fault of ours, status ${status}`
  if (body.includes(secret)) return 'a file of outside'
  return !mayEnter && status < 400 ? `came in, status ${status}` : undefined
}

/** A request with none to all of the marks that let one in: host, cookie, origin, where it comes from. */
function randomAttempt(random: RandomSource, own: { host: string; cookie: string }, search: string) {
  const pick = <T>(values: readonly [T, ...T[]]): T => values[below(random, values.length)] ?? values[0]
  const digits = Array.from({ length: 43 }, () => pick(['a', 'B', '7', '-', '_'])).join('')
  const [name = ''] = own.cookie.split('=')
  const host = pick([own.host, own.host, own.host, 'evil.example', 'localhost', '127.0.0.1:1', '[::1]'])
  const origin = pick([undefined, undefined, `http://${own.host}`, 'http://evil.example', 'null', 'file://'])
  const from = pick([undefined, undefined, 'same-origin', 'none', 'cross-site', 'same-site'])
  const cookie = pick([own.cookie, own.cookie, undefined, `${name}=${digits}`, `${own.cookie}x`, `${name}=`])
  const method = pick(['GET', 'POST', ...methods])
  const tokens = [`/?token=${digits}`, `/${search.slice(0, -1)}`, `/${search}x`]
  const path = pick(['/', ...paths, ...tokens])
  const headers = { host, origin, cookie, 'sec-fetch-site': from, 'content-type': 'application/json' }
  const defined = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const isOwnPage = origin === undefined || origin === `http://${own.host}`
  const mayEnter =
    cookie === own.cookie &&
    host === own.host &&
    isOwnPage &&
    !['cross-site', 'same-site'].includes(from ?? '')
  const body = method === 'POST' ? pick(['{}', ...bodies]) : ''
  return { attempt: { method, path, headers: Object.fromEntries(defined), body }, mayEnter }
}

/** The session's cookie, for the token of the address that was printed. */
async function cookieOf(url: string): Promise<string> {
  const { headers } = await fetch(url, { redirect: 'manual' })
  return headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** With node:http, which sends a path and a host as they are given; status 0 where nothing is answered. */
function ask(port: number, { method, path, headers, body }: Attempt): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, method, path, headers, timeout: 10_000, agent: false }
    const sent = request(options, (reply) => {
      let text = ''
      reply.on('data', (piece: Buffer) => (text += piece.toString()))
      reply.on('close', () => {
        resolve({ status: reply.statusCode ?? 0, body: text })
      })
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', (error) => {
      resolve({ status: 0, body: error.message })
    })
    sent.end(body)
  })
}

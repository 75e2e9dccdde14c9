import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type RunningServer } from '../../src/serve/start-server.ts'
import { staticFilesIn } from '../../src/serve/static-files.ts'
import { startEngine, type TestEngine } from '../support/engine-client.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

describe('the browser shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'radversary-page-'))
  let engine: TestEngine
  let server: RunningServer
  let cookie: string
  beforeAll(async () => {
    mkdirSync(join(folder, 'page/assets'), { recursive: true })
    writeFileSync(join(folder, 'page/index.html'), '<title>the page</title>')
    writeFileSync(join(folder, 'page/assets/a.js'), 'export {}')
    writeFileSync(join(folder, 'secret.txt'), 'the secret')
    engine = await startEngine()
    const files = await staticFilesIn(join(folder, 'page'))
    server = await startServer({ engine: engine.engine, files, port: 0, study: ['/data/a b', '/data/c'] })
    cookie = (await ask(new URL(server.url).search, { from: 'none', cookie: '' })).headers[
      'set-cookie'
    ]![0]!.split(';')[0]!
  })
  afterAll(async () => {
    await server.close()
    await engine.end()
    rmSync(folder, { recursive: true })
  })

  interface Given {
    readonly cookie?: string
    readonly host?: string
    readonly origin?: string
    /** Sec-Fetch-Site. */
    readonly from?: string
    readonly method?: string
    readonly body?: string
  }

  /** With node:http, which sends a path as it is given, unlike fetch. */
  function ask(target: string, given: Given = {}): Promise<Answer> {
    const path = target.startsWith('?') ? `/${target}` : target
    const { host = `127.0.0.1:${server.port}`, origin, from, method = 'GET', body } = given
    const headers = Object.entries({
      host,
      origin,
      'sec-fetch-site': from,
      cookie: given.cookie ?? cookie,
      'content-type': 'application/json',
    })
    const defined = Object.fromEntries(headers.filter(([, value]) => value !== undefined && value !== ''))
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: server.port, path, method, headers: defined },
        (reply) => {
          const chunks: Buffer[] = []
          reply.on('data', (chunk: Buffer) => chunks.push(chunk))
          reply.on('end', () => {
            resolve({
              status: reply.statusCode ?? 0,
              headers: reply.headers,
              body: Buffer.concat(chunks).toString(),
            })
          })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }

  it('lets nobody in without the cookie, to the page or to the engine', async () => {
    for (const path of [
      '/',
      '/assets/a.js',
      '/api/about',
      '/frames/0123456789abcdef/0/0',
      '/none',
      '/?token=',
      '/?token=wrong',
    ]) {
      const { status, body } = await ask(path, { cookie: '' })
      expect([path, status]).toEqual([path, 401])
      expect(body).not.toContain('page')
    }
    const session = cookie.split('=')[1]!
    for (const wrong of [`${cookie}x`, `other=${session}`, `radversary-1=${session}`, cookie.slice(0, -1)])
      expect((await ask('/', { cookie: wrong })).status).toBe(401)
    const token = new URL(server.url).searchParams.get('token')!
    expect((await ask('/', { cookie: `radversary-${server.port}=${token}` })).status).toBe(401)
  })

  it('changes the token for a cookie that no script reads and no other site sends, and the address for one without it', async () => {
    const { status, headers } = await ask(new URL(server.url).search, { from: 'none', cookie: '' })
    expect(status).toBe(303)
    expect(headers.location).toBe('/?study=%2Fdata%2Fa+b&study=%2Fdata%2Fc')
    const [value = '', ...attributes] = headers['set-cookie']![0]!.split('; ')
    expect(value).toMatch(/^radversary-\d+=[\w-]{43}$/)
    expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict'])
    expect(headers['cache-control']).toBe('no-store')
    expect(new URL(server.url).searchParams.get('token')).toMatch(/^[\w-]{43}$/)
  })

  it('gives one who follows a link of another site a page that goes on, since the cookie would not follow a redirect', async () => {
    const { status, headers, body } = await ask(new URL(server.url).search, {
      from: 'cross-site',
      cookie: '',
    })
    expect(status).toBe(200)
    expect(headers['set-cookie']).toHaveLength(1)
    expect(body).toContain('url=/?study=')
    expect(body).not.toContain(new URL(server.url).searchParams.get('token'))
  })

  it('serves the page and the engine to one who has the cookie', async () => {
    expect((await ask('/')).body).toBe('<title>the page</title>')
    expect((await ask('/?study=x')).body).toBe('<title>the page</title>')
    expect((await ask('/assets/a.js', { from: 'same-origin' })).headers['content-type']).toContain(
      'javascript',
    )
    expect(
      JSON.parse((await ask('/api/settings.get', { host: `localhost:${server.port}` })).body),
    ).toMatchObject({
      result: { data: { device: 'auto' } },
    })
  })

  it.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    '[::1]:80',
    '127.0.0.1.nip.io',
  ])('refuses the host %s, even with the cookie (DNS rebinding)', async (host) => {
    expect((await ask('/api/settings.get', { host })).status).toBe(421)
    expect((await ask(new URL(server.url).search, { host, cookie: '' })).status).toBe(421)
  })

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1', 'file://'])(
    'refuses the origin %s, even with the cookie (CSRF)',
    async (origin) => {
      const post = { method: 'POST', body: '{}', origin }
      expect((await ask('/api/settings.set', post)).status).toBe(403)
      expect((await ask('/', { origin })).status).toBe(403)
    },
  )

  it('refuses requests that a browser says come from another site or port', async () => {
    for (const from of ['cross-site', 'same-site'])
      expect((await ask('/frames/0123456789abcdef/0/0', { from })).status).toBe(403)
  })

  it('takes its own origin', async () => {
    const origin = `http://127.0.0.1:${server.port}`
    const { status } = await ask('/api/settings.set', {
      method: 'POST',
      body: '{"threads":1}',
      origin,
      from: 'same-origin',
    })
    expect(status).toBe(200)
  })

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%252e%252e/secret.txt',
    '/....//secret.txt',
    '/assets/%00../../secret.txt',
    '//secret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/runs/..%2f..%2f/frames/adversarial/0/0',
    '/runs/../frames/adversarial/0/0',
  ])('finds nothing outside its folder at %s', async (path) => {
    const { status, body } = await ask(path)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).not.toContain('the secret')
  })

  it('answers no target that is not a path, and no other method', async () => {
    expect((await ask('http://evil.example/')).status).toBe(400)
    expect((await ask('*')).status).toBe(400)
    for (const method of ['OPTIONS', 'PUT', 'DELETE', 'TRACE'])
      expect((await ask('/', { method })).status).toBe(405)
  })

  it('says in every answer what the page may do, and nothing of other origins', async () => {
    for (const [path, given] of [
      ['/', {}],
      ['/', { cookie: '' }],
      ['/api/about', {}],
      ['/none', {}],
    ] as const) {
      const { headers } = await ask(path, given)
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
      })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  it('listens on 127.0.0.1 and nowhere else', async () => {
    const others = Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses.map(({ address }) => address),
    )
    expect(await canConnect('127.0.0.1')).toBe(true)
    for (const address of ['127.0.0.2', '::1', ...others.filter((address) => address !== '127.0.0.1')])
      expect([address, await canConnect(address)]).toEqual([address, false])
  })

  function canConnect(host: string): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host, port: server.port, timeout: 1000 })
      const end = (connected: boolean) => {
        socket.destroy()
        resolve(connected)
      }
      socket.on('connect', () => {
        end(true)
      })
      socket.on('error', () => {
        end(false)
      })
      socket.on('timeout', () => {
        end(false)
      })
    })
  }
})

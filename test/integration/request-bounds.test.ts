import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineError } from '../../src/shared/engine-error.ts'
import { requestBounds } from '../../src/shared/request-bounds.ts'
import { startCommandLine } from '../support/command-line.ts'
import { startEngine, type TestEngine } from '../support/engine-client.ts'

describe('requests that are the caller’s fault', () => {
  let engine: TestEngine
  beforeAll(async () => {
    engine = await startEngine()
  })
  afterAll(() => engine.end())

  async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; error: EngineError }> {
    const response = await engine.engine.handle(new Request(`http://engine.test${path}`, init))
    const { error } = (await response.json()) as { error: { data: EngineError } & EngineError }
    return { status: response.status, error: 'data' in error ? error.data : error }
  }

  function post(body: string, type = 'application/json'): RequestInit {
    return { method: 'POST', body, headers: { 'content-type': type } }
  }

  const secret = 'root:x:0:0\nsecond line'
  it.each<[string, string, RequestInit, number]>([
    ['an unknown procedure', '/api/none.such', {}, 404],
    ['a body that is no JSON', '/api/settings.set', post(secret), 400],
    ['a body of another type', '/api/settings.set', post('<a/>', 'text/xml'), 415],
    ['an input that is no JSON', '/api/files.list?input={', {}, 400],
    ['an input of another shape', '/api/files.list?input={"path":1}', {}, 400],
    ['a path that is not encoded', '/api/%ff', {}, 400],
    ['a query sent as a mutation', '/api/runs.cancel', {}, 405],
    ['a study that is not open', '/api/studies.tags?input={"study":"0123456789abcdef","image":0}', {}, 400],
    ['a batch that is too large', `/api/${Array(33).fill('about').join(',')}?batch=1`, {}, 400],
    ['a URL that is too long', `/api/about?input=${'x'.repeat(requestBounds.urlLength)}`, {}, 414],
  ])('%s', async (_, path, init, status) => {
    const answer = await ask(path, init)
    expect(answer).toMatchObject({ status, error: { code: 'usage', message: expect.stringContaining(':') } })
    expect(answer.error.message).not.toContain('internal')
    expect(answer.error.message).not.toContain('second line')
  })

  it('a batch within the bound is answered', async () => {
    const paths = Array(requestBounds.callsInBatch).fill('settings.get').join(',')
    expect((await engine.get(`/api/${paths}?batch=1`)).status).toBe(200)
  })
})

describe.skipIf(process.platform === 'win32')('SIGUSR1', () => {
  it('opens no inspector in a process that serves', async () => {
    const child = startCommandLine(['serve', '--port', '0'])
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => (text += String(piece)))
    await expect.poll(() => text, { timeout: 20_000 }).toContain('token=')
    child.kill('SIGUSR1')
    await new Promise((resolve) => setTimeout(resolve, 500))
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    expect(text).not.toContain('Debugger')
  }, 30_000)
})

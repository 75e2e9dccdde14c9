import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTRPCClient, httpBatchStreamLink, type TRPCClient } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineRouter } from '../../src/engine/server/router.ts'
import { forwardToEngine } from '../../src/main/engine-supervisor.ts'
import { serveEngine } from '../../src/serve/serve-engine.ts'
import { staticFilesIn } from '../../src/serve/static-files.ts'
import type { EngineAddress } from '../../src/shared/engine-address.ts'
import { startEngine, type TestEngine } from '../support/engine-client.ts'

const page = 'app://radversary'

/** As under Electron, but for Electron: main's proxy, the socket, and the engine behind it. */
describe('the engine behind a socket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'radversary-socket-'))
  const address: EngineAddress = { socket: join(folder, 'engine.sock'), secret: 'of the test' }
  let engine: TestEngine
  let client: TRPCClient<EngineRouter>
  let end: () => Promise<void>
  beforeAll(async () => {
    mkdirSync(join(folder, 'page'))
    writeFileSync(join(folder, 'page/index.html'), 'the page')
    engine = await startEngine()
    end = await serveEngine({
      engine: engine.engine,
      files: await staticFilesIn(join(folder, 'page')),
      ...address,
    })
    const link = httpBatchStreamLink<EngineRouter>({
      url: `${page}/api`,
      methodOverride: 'POST',
      fetch: (url, init) => forwardToEngine(new Request(url, init as RequestInit), address),
    })
    client = createTRPCClient({ links: [link] })
  })
  afterAll(async () => {
    await end()
    await engine.end()
    rmSync(folder, { recursive: true })
  })

  it('gives the page, and what the engine says', async () => {
    const response = await forwardToEngine(new Request(`${page}/`), address)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await response.text()).toBe('the page')
    expect(await client.settings.set.mutate({ threads: 2 })).toMatchObject({ threads: 2 })
    expect((await forwardToEngine(new Request(`${page}/frames/0123456789abcdef/0/0`), address)).status).toBe(
      400,
    )
  })

  it('gives nothing to one who does not know the secret', async () => {
    for (const secret of ['', 'of the tesT']) {
      const response = await forwardToEngine(new Request(`${page}/`), { ...address, secret })
      expect([response.status, await response.text()]).toEqual([401, ''])
    }
  })

  it('passes events on as they come, and the end of a reader who leaves', async () => {
    const many = Array.from({ length: 300 }, (_, i) => join(folder, `${i}.dcm`))
    for (const path of many) writeFileSync(path, 'x')
    const events = await client.studies.open.mutate({ paths: many })
    const types: string[] = []
    await expect(
      (async () => {
        for await (const { type } of events) types.push(type)
      })(),
    ).rejects.toMatchObject({ data: { code: 'dicom-unreadable' } })
    expect(types).toContain('progress')
    for await (const event of await client.studies.open.mutate({ paths: many }))
      if (event.type === 'progress') break
    expect(await client.settings.get.query()).toMatchObject({ threads: 2 })
  })

  it('fails at once when the engine is gone', async () => {
    await expect(
      forwardToEngine(new Request(`${page}/`), { ...address, socket: join(folder, 'none.sock') }),
    ).rejects.toThrow()
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { lastOf, startEngine } from '../support/engine-client.ts'

const program = fileURLToPath(new URL('../support/engine-killed.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'radversary-killed-engine-'))
const engine = await startEngine({ home })
afterAll(() => engine.end())

it('finds a run whose engine was killed in mid-attack, and goes on where it was', async () => {
  const request = { images: [8, 9, 10, 11, 12, 13], settings: { steps: 5, epsilon: '8/255' } }
  const { run, done } = await startAndKill(JSON.stringify(request))
  expect((await engine.client.runs.list.query()).runs).toMatchObject([{ id: run, state: 'interrupted' }])
  const kept = (await engine.client.runs.get.query({ run })).images.map(({ image }) => image)
  expect(kept.length).toBeGreaterThanOrEqual(done)
  expect(kept.length).toBeLessThan(6)
  const before = kept.map((image) => writtenAt(run, image))

  await engine.client.runs.resume.mutate({ run })
  await lastOf(await engine.client.runs.watch.query({ run }), 'end')
  expect(await engine.client.runs.get.query({ run })).toMatchObject({
    info: { state: 'done', summary: { slices: 6 } },
  })
  expect(kept.map((image) => writtenAt(run, image))).toEqual(before)
  const verified = await lastOf(await engine.client.runs.verify.mutate({ run }), 'verified')
  expect(verified).toMatchObject({ images: 6, predictions: true, discrepancies: [] })
}, 120_000)

/** Kills the engine's process once it has said that images are done. */
async function startAndKill(request: string): Promise<{ run: string; done: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, home, request], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: string[] = []
  for await (const line of createInterface(child.stdout)) if (said.push(line) === 3) break
  child.kill('SIGKILL')
  await once(child, 'exit')
  return { run: said[0] ?? '', done: said.length - 1 }
}

function writtenAt(run: string, image: number): number {
  return statSync(join(home, 'runs', run, 'export/adversarial', `${String(image + 1).padStart(4, '0')}.dcm`))
    .mtimeMs
}

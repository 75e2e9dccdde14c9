import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { departuresOf, noteDeparture } from './departure-log.ts'

const base = mkdtempSync(join(tmpdir(), 'radversary-departures-'))
afterAll(() => {
  rmSync(base, { recursive: true })
})
const homeWith = async (name: string, count: number) => {
  const [home, folder] = [join(base, name), join(base, `${name}-export`)]
  mkdirSync(home)
  mkdirSync(folder)
  const files = [{ path: 'adversarial/0001.dcm', bytes: 7, sha256: 'aa' }]
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ exportId: 'run-1', files }))
  const left = { what: 'attack', to: folder, identity: { choice: 'keep' } } as const
  await Promise.all(Array.from({ length: count }, () => noteDeparture(home, folder, left)))
  return { home, log: join(home, 'exports.jsonl') }
}

test('what has left is listed with its hashes, which are kept', async () => {
  const { home } = await homeWith('listed', 1)
  const { departures, damaged } = await departuresOf(home)
  expect(damaged).toEqual([])
  expect(departures).toMatchObject([{ exportId: 'run-1', files: 1, bytes: 7, previous: '' }])
  expect(readdirSync(join(home, 'exports'))).toEqual([`${departures[0]!.manifest}.json`])
})

test('writers at the same time lose no line', async () => {
  const { home } = await homeWith('together', 8)
  expect(await departuresOf(home)).toMatchObject({ damaged: [], departures: { length: 8 } })
})

test('a line that was changed or taken away is found out', async () => {
  const { home, log } = await homeWith('changed', 3)
  const [first, second, third] = readFileSync(log, 'utf8').split('\n')
  writeFileSync(log, [first, third, ''].join('\n'))
  expect((await departuresOf(home)).damaged).toEqual([2])
  writeFileSync(log, [first, second!.replace('"files":1', '"files":2'), third, ''].join('\n'))
  expect((await departuresOf(home)).damaged).toEqual([3])
})

test('a workspace that nothing has left has an empty log', async () => {
  expect(await departuresOf(join(base, 'none'))).toEqual({ departures: [], damaged: [] })
})

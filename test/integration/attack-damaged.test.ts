import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { manifestName } from '../../src/adapters/fs/manifest.ts'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { attackRequest, filesBelow } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-damaged')
const study = join(base, 'study')
const whole = join(base, 'whole')
const image = 'images/0002.json'
let request: AttackRequest

/** JSON that is cut, another's, or no text. */
const damages: readonly [string, (bytes: Buffer) => Uint8Array | string][] = [
  ['cut', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['empty', () => ''],
  ['foreign', () => '{"schema":"another/1"}'],
  ['null', () => 'null'],
  ['not text', () => new Uint8Array(64).fill(0xff)],
]

beforeAll(async () => {
  writeSeries(study, 3)
  request = attackRequest(writeClassifier(base), { study, out: whole })
  await attackStudy(request)
})

function damaged(name: string, damage: (bytes: Buffer) => Uint8Array | string): string {
  const out = join(base, 'damaged')
  rmSync(out, { recursive: true, force: true })
  cpSync(whole, out, { recursive: true })
  writeFileSync(join(out, name), damage(readFileSync(join(out, name))))
  return out
}

/** As a run leaves it that ended before its manifest. */
function unfinished(out: string): void {
  const { exportId } = JSON.parse(readFileSync(join(out, manifestName), 'utf8')) as { exportId: string }
  const marker = { schema: 'radversary-export-incomplete/1', exportId, note: '' }
  writeFileSync(join(out, 'EXPORT-INCOMPLETE.json'), JSON.stringify(marker))
  rmSync(join(out, manifestName))
}

test.each(damages)('a finished export whose record is %s is an error that names it', async (_, damage) => {
  const out = damaged('record.json', damage)
  await expect(attackStudy({ ...request, out })).rejects.toMatchObject({
    code: 'verification-failed',
    file: join(out, 'record.json'),
    tip: expect.stringContaining('Restore the file') as string,
  })
})

test.each(damages)(
  'a resumed image result that is %s is named; removed, it is made anew',
  async (_, damage) => {
    const out = damaged(image, damage)
    unfinished(out)
    await expect(attackStudy({ ...request, out })).rejects.toMatchObject({
      code: 'io-failed',
      file: join(out, image),
      tip: expect.stringContaining('Remove the file') as string,
    })
    rmSync(join(out, image))
    expect(await attackStudy({ ...request, out })).toMatchObject({ failures: [] })
    expect(filesBelow(out).get(image)).toEqual(filesBelow(whole).get(image))
  },
)

test('a shared perturbation that was changed since is named, never attacked with', async () => {
  const settings = { epsilon: '60/255', stepSize: '12/255', epochs: 1 }
  const out = join(base, 'universal')
  await attackStudy({ ...request, out, method: 'universal', settings })
  const perturbation = join(out, 'universal/0001.npy')
  const bytes = readFileSync(perturbation)
  writeFileSync(perturbation, bytes.fill(0, bytes.length - 4))
  unfinished(out)
  await expect(attackStudy({ ...request, out, method: 'universal', settings })).rejects.toMatchObject({
    code: 'io-failed',
    file: perturbation,
  })
})

import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { inspectPaths } from '../../src/engine/inspect/inspect-paths.ts'
import { studyInfo } from '../../src/engine/server/studies/study-info.ts'
import { openStudy } from '../../src/engine/study/open-study.ts'
import { deriveInstance } from '../../src/core/dicom/write/derive-instance.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'
import { tinyFile } from '../support/tiny-instance.ts'

const base = temporaryFolder('export-refused')
const partly = join(base, 'partly')
const whole = join(base, 'whole')
const longUid = `1.2.${'3'.repeat(63)}`
const fault =
  /Export: expected SOP Instance UID \(0008,0018\) to have at most 64 characters.*got 67 characters/
let tiny: TinyClassifier

beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  writeSeries(partly, 2)
  mkdirSync(whole)
  const value = new TextEncoder().encode(longUid)
  const file = tinyFile([{ tag: tag.SOPInstanceUID, vr: 'bytes', as: 'UI', value }])
  for (const folder of [partly, whole]) writeFileSync(join(folder, 'long.dcm'), file)
  tiny = writeClassifier(join(base, 'model'))
})
afterAll(() => {
  vi.unstubAllEnvs()
})

const attack = (study: string, out: string) =>
  commandLine([
    'attack',
    '--study',
    study,
    '--model',
    tiny.model,
    '--device',
    'cpu',
    '--threads',
    '1',
    '--out',
    out,
  ])

describe('an image that can’t be exported', () => {
  test('is named by inspect, in words and as JSON, and by the interface', async () => {
    const { out } = await commandLine(['inspect', partly])
    expect(out).toContain(`can't be exported: ${join(partly, 'long.dcm')}`)
    expect(out).toMatch(fault)
    const { series } = await inspectPaths([partly])
    expect(series.flatMap(({ notExportable }) => notExportable)).toEqual([
      {
        file: join(partly, 'long.dcm'),
        message: expect.stringMatching(fault) as string,
        tip: expect.any(String) as string,
      },
    ])
    const info = studyInfo('id', [partly], await openStudy([partly]))
    expect(info.notExportable).toMatchObject([{ file: 'long.dcm' }])
    expect(info.failures).toEqual([])
  })

  test('is refused by name before anything is attacked, and the others go on', async () => {
    const out = join(base, 'out')
    const { code, err } = await attack(partly, out)
    expect(code).toBe(3)
    expect(err).toMatch(/1 image can't be exported, and will not be attacked; the first, long\.dcm/)
    expect(existsSync(join(out, 'manifest.json'))).toBe(true)
  })

  test('leaves nothing behind where it is the only one', async () => {
    const out = join(base, 'none')
    const { code, err } = await attack(whole, out)
    expect(code).toBe(1)
    expect(err).toMatch(fault)
    expect(existsSync(out)).toBe(false)
  })

  test('is refused by what writes it for the same reason', async () => {
    const [image] = (await openStudy([whole])).images
    expect(() =>
      deriveInstance(
        tinyFile([
          { tag: tag.SOPInstanceUID, vr: 'bytes', as: 'UI', value: new TextEncoder().encode(longUid) },
        ]),
        [],
        {
          exportId: 'x',
          seriesNumber: 1,
          softwareVersion: '1',
          role: 'adversarial',
          seriesDescription: 'x',
          derivationDescription: 'x',
        },
      ),
    ).toThrow(image?.header.exportFault?.message)
  })
})

describeWithSharedData('a SOP Instance UID of 67 characters', () => {
  test('is refused before the attack', async () => {
    const study = join(base, 'case')
    mkdirSync(study)
    copyFileSync(sharedCase('uid-67-characters/image.dcm'), join(study, 'image.dcm'))
    const { code, err } = await attack(study, join(base, 'case-out'))
    expect(code).toBe(1)
    expect(err).toMatch(fault)
    expect(jsonOf(await commandLine(['inspect', study, '--json']))).toMatchObject({
      series: [{ notExportable: [{ message: expect.stringMatching(fault) as string }] }],
    })
  })
})

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { textValue } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { openStudy } from '../../src/engine/study/open-study.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { filesBelow } from '../support/attack-requests.ts'
import { writeImage, writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('export-identity')
const study = join(base, 'ZACHARIAS')
const cpu = ['--device', 'cpu', '--threads', '1']
const bytesOf = (text: string) => new TextEncoder().encode(text)
const more = [
  { tag: tag.SeriesDescription, vr: 'bytes', as: 'LO', value: bytesOf('Thorax Zacharias') },
  { tag: tag.PatientName, vr: 'bytes', as: 'PN', value: bytesOf('Zacharias^Anna') },
  { tag: tag.PatientID, vr: 'bytes', as: 'LO', value: bytesOf('ID-ZACHARIAS') },
  { tag: tag.StudyDate, vr: 'bytes', as: 'DA', value: bytesOf('20200229') },
] as const
let tiny: TinyClassifier
let n = 0
const attacked = async (out = join(base, `out-${n++}`), ...options: string[]) => {
  const args = ['attack', '--study', study, '--model', tiny.model, ...cpu, '--steps', '2', '--out', out]
  const { code, err, out: text } = await commandLine([...args, ...options])
  return { code, err, text, out }
}
const record = (out: string) =>
  JSON.parse(readFileSync(join(out, 'record.json'), 'utf8')) as {
    identity: object
    images: { file: string; sopInstanceUid: string; exported: { series: { sopInstanceUid: string } } }[]
    failures: { file: string; message: string }[]
  }
const leaks = (out: string) =>
  [...filesBelow(out)].flatMap(([path, bytes]) =>
    /zacharias|20200229|2\.25\.7\./i.test(`${path} ${bytes.toString('latin1')}`) ? [path] : [],
  )

beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  writeSeries(study, 3, { more })
  writeFileSync(join(study, 'ZACHARIAS.dcm'), Buffer.concat([Buffer.alloc(128), Buffer.from('DICMbroken')]))
  tiny = writeClassifier(join(base, 'model'))
})
afterAll(() => {
  vi.unstubAllEnvs()
})

test('unless its user says otherwise, an attack leaves no name, date or UID of the patient in any byte', async () => {
  const { code, out, err } = await attacked(undefined, '--export', 'series,perturbation,smoothed,png')
  expect({ code, err: err.includes('ZACHARIAS.dcm') }).toEqual({ code: 3, err: false })
  expect(leaks(out)).toEqual([])
  const { identity, images, failures } = record(out)
  expect(identity).toMatchObject({ choice: 'deidentified', options: [], key: 'kept', pseudonyms: 'by key' })
  expect(images.map(({ file }) => file)).toEqual(['0001.dcm', '0002.dcm', '0003.dcm'])
  expect(failures).toEqual([
    expect.objectContaining({ file: expect.stringMatching(/^file-[0-9a-f]{12}$/) as string }),
  ])
  const verified = await commandLine([
    'verify',
    out,
    '--model',
    tiny.model,
    ...cpu,
    '--source',
    study,
    '--json',
  ])
  expect(jsonOf(verified)).toMatchObject({ discrepancies: [], predictions: true, sources: 3 })
  expect((await commandLine(['audit', out, '--source', study, '--json'])).out).not.toContain('profile would')
})

test('a medium has the export’s files, and a directory that names them, in a folder and in an archive', async () => {
  const { out } = await attacked(undefined, '--dicomdir', '--zip', '--export', 'series,smoothed')
  expect(leaks(out)).toEqual([])
  for (const medium of [join(out, 'media', 'DICOMDIR'), join(out, 'media.zip')]) {
    const { images } = await openStudy([medium])
    expect(images).toHaveLength(6)
  }
  const [file, copy] = ['adversarial/0002.dcm', 'media/DICOM/S1/00000002']
  expect(readFileSync(join(out, copy)).equals(readFileSync(join(out, file)))).toBe(true)
})

test('what has left is listed with how it was de-identified', async () => {
  const listed = await commandLine(['exports', '--json'])
  expect(jsonOf(listed)).toMatchObject({
    damaged: [],
    departures: [
      { what: 'attack', to: join(base, 'out-0'), identity: { choice: 'deidentified' } },
      { what: 'attack', to: join(base, 'out-1') },
    ],
  })
  expect((await commandLine(['exports'])).out).toMatch(/attack +deidentified +\d+ files +.*out-0/)
})

test('an interrupted one goes on where it was, and comes to the same bytes', async () => {
  const { out } = await attacked(undefined, '--batch', '1')
  const whole = filesBelow(out)
  const { exportId } = JSON.parse(String(whole.get('manifest.json'))) as { exportId: string }
  for (const path of ['manifest.json', 'record.json', 'images/0002.json', 'adversarial/0002.dcm'])
    rmSync(join(out, path))
  const marker = { schema: 'radversary-export-incomplete/1', exportId, note: '' }
  writeFileSync(join(out, 'EXPORT-INCOMPLETE.json'), JSON.stringify(marker))
  expect(await attacked(out, '--batch', '1')).toMatchObject({
    text: expect.stringMatching(/Resumed: 2 images/) as string,
  })
  expect(filesBelow(out)).toEqual(whole)
})

test('what is kept is as the source has it, and the record says so', async () => {
  const { out } = await attacked(undefined, '--identity', 'keep')
  expect(record(out).identity).toEqual({ choice: 'keep' })
  const file = openInstance(readFileSync(join(out, 'adversarial/0001.dcm')))
  expect(textValue(file, tag.PatientName)).toBe('Zacharias^Anna')
  expect(record(out).images[0]).toMatchObject({ file: '001.dcm', sopInstanceUid: '2.25.7.1.1' })
})

test('pseudonyms of a CSV are taken, and a patient whom it lacks is left out', async () => {
  const csv = join(base, 'pseudonyms.csv')
  writeFileSync(csv, 'PatientID,Pseudonym\nID-ZACHARIAS,Case 7\n')
  const { out } = await attacked(undefined, '--pseudonyms', csv)
  expect(leaks(out)).toEqual([])
  expect(record(out).identity).toMatchObject({ choice: 'pseudonyms', pseudonyms: 'by list' })
  const file = openInstance(readFileSync(join(out, 'adversarial/0001.dcm')))
  expect([tag.PatientName, tag.PatientID].map((at) => textValue(file, at))).toEqual(['Case 7^', 'Case 7'])
  writeFileSync(csv, 'PatientID,Pseudonym\nAnother,Case 7\n')
  rmSync(join(study, 'ZACHARIAS.dcm'))
  expect((await attacked(undefined, '--pseudonyms', csv)).err).toContain('Add a row for this patient')
})

test.each([
  [['--identity', 'pseudonyms'], 'a CSV with the choice pseudonyms'],
  [['--identity', 'keep', '--key', 'none'], 'flags of the profile where it is followed'],
])('%j is refused', async (options, message) => {
  expect(await attacked(undefined, ...options)).toMatchObject({
    code: 2,
    err: expect.stringContaining(message) as string,
  })
})

test('an image whose pixels say that they hold text is left out before it is attacked', async () => {
  const said = join(base, 'burnt')
  writeImage(said, 1, { more })
  const yes = { tag: tag.BurnedInAnnotation, vr: 'CS', value: 'YES' } as const
  writeImage(said, 2, { more: [yes, ...more] })
  const out = join(base, 'burnt-out')
  const ended = await commandLine(['attack', '--study', said, '--model', tiny.model, ...cpu, '--out', out])
  expect(ended).toMatchObject({
    code: 3,
    out: expect.stringContaining('deidentify --blackout') as string,
  })
  expect(readdirSync(join(out, 'adversarial'))).toEqual(['0001.dcm'])
})

test('a reader study mixes the arms under names that say nothing, and scores what readers answer', async () => {
  const [out, readers] = [(await attacked()).out, join(base, 'readers')]
  const made = await commandLine(['reader-study', 'make', out, '--study', study, '--out', readers, '--json'])
  const { key } = jsonOf(made) as {
    key: { study: string; images: { name: string; arm: string; linf: number }[] }
  }
  expect(leaks(readers)).toEqual([])
  expect(key.images.map(({ arm }) => arm).sort()).toEqual(['adversarial', 'clean', 'noise'])
  expect(key.images.map(({ arm, linf }) => (arm === 'clean') === (linf === 0))).toEqual([true, true, true])
  const said = ['readers/images/0001.dcm', 'readers/images/0002.dcm', 'readers/images/0003.dcm'].map(
    (path) => {
      const file = openInstance(readFileSync(join(readers, path)))
      return [tag.SeriesDescription, tag.DerivationDescription, tag.ImageComments].map((at) =>
        textValue(file, at),
      )
    },
  )
  expect(new Set(said.map((texts) => texts.join())).size).toBe(1)
  expect(said[0]?.[2]).toMatch(/^IMAGE OF A READER STUDY, MAY BE AN ADVERSARIAL EXAMPLE/)
  const answers = join(base, 'answers.csv')
  const rows = key.images.map(({ name, arm }) => `${key.study},A,${name},${arm === 'adversarial' ? 6 : 1}`)
  writeFileSync(answers, ['study,reader,image,confidence', ...rows].join('\n'))
  const score = (...more: string[]) =>
    commandLine(['reader-study', 'score', answers, '--key', join(readers, 'key.json'), ...more])
  expect((await score()).out).toMatch(/A +adversarial from clean +2 of 2 \(100\.0 %\)/)
  writeFileSync(answers, ['study,reader,image,confidence', `other,A,0001.dcm,6`].join('\n'))
  expect(await score()).toMatchObject({ code: 2, err: expect.stringContaining('in line 2') as string })
})

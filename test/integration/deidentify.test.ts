import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, test, vi } from 'vitest'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { textValue } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { dciodvfyFindings, describeWithDebian, newFindings } from '../support/debian-tools.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const base = temporaryFolder('deidentify')
const home = join(base, 'home')
const study = join(base, 'ZACHARIAS')
const bytesOf = (text: string) => new TextEncoder().encode(text)
const more = [
  { tag: tag.PatientName, vr: 'bytes', as: 'PN', value: bytesOf('Zacharias^Anna') },
  { tag: tag.PatientID, vr: 'bytes', as: 'LO', value: bytesOf('ID-ZACHARIAS') },
  { tag: tag.StudyDate, vr: 'bytes', as: 'DA', value: bytesOf('20200229') },
] as const
let n = 0
const deidentified = async (...options: string[]) => {
  const out = join(base, `out-${n++}`)
  const ended = await commandLine(['deidentify', study, '--out', out, ...options])
  return { ...ended, out }
}

beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', home)
  writeSeries(study, 3, { more })
})
afterAll(() => {
  vi.unstubAllEnvs()
})

test('a study is written under new names, with a record, and no name of the patient anywhere', async () => {
  const { code, out, err } = await deidentified()
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const files = readdirSync(out)
  expect(files).toEqual(['0001.dcm', '0002.dcm', '0003.dcm', 'deidentification.json', 'manifest.json'])
  for (const file of files)
    expect(readFileSync(join(out, file)).toString('latin1').toLowerCase()).not.toMatch(/zacharias|20200229/)
  const record = JSON.parse(readFileSync(join(out, 'deidentification.json'), 'utf8')) as object
  expect(record).toMatchObject({
    standard: 'DICOM PS3.15 2026d',
    key: 'kept',
    patients: 1,
    images: 3,
    failures: [],
  })
  expect(record).toMatchObject({
    elements: expect.arrayContaining([
      { tag: '(0008,0020)', keyword: 'StudyDate', action: 'Z', count: 3 },
    ]) as unknown,
  })
})

test('the key is made on first use for its owner alone, and gives the same pseudonyms again', async () => {
  const [first, again, other] = [
    await deidentified(),
    await deidentified(),
    await deidentified('--key', 'none'),
  ]
  expect(statSync(join(home, 'deidentification.key')).mode & 0o777).toBe(0o600)
  const bytes = ({ out }: { out: string }) => readFileSync(join(out, '0002.dcm'))
  expect(bytes(again).equals(bytes(first))).toBe(true)
  expect(bytes(other).equals(bytes(first))).toBe(false)
})

test('a key that is none is refused, with the file', async () => {
  const file = join(base, 'no.key')
  writeFileSync(file, 'secret')
  expect(await deidentified('--key', file)).toMatchObject({
    code: 2,
    err: expect.stringContaining(file) as string,
  })
})

test('dates are shifted and descriptors kept where that is asked for', async () => {
  const { out, code } = await deidentified(
    '--profile-options',
    'retain-shifted-dates',
    '--keep',
    'SeriesDescription',
  )
  expect(code).toBe(0)
  const date = textValue(openInstance(readFileSync(join(out, '0001.dcm'))), tag.StudyDate)
  expect(date).toMatch(/^20[012]\d{5}$/)
  expect(date).not.toBe('20200229')
})

test.each([
  [['--keep', 'PatientName'], /expected a descriptor/],
  [['--blackout', '1,2,3'], /four whole numbers/],
  [['--profile-options', 'retain-everything'], /Allowed choices/],
])('%j is refused', async (options, message) => {
  expect(await deidentified(...options)).toMatchObject({
    code: 2,
    err: expect.stringMatching(message) as string,
  })
})

test('an image with burnt-in text is left out and said so; blackened it is written', async () => {
  const folder = join(base, 'burnt')
  const burnt = [...more, { tag: tag.BurnedInAnnotation, vr: 'CS', value: 'YES' }] as const
  writeSeries(folder, 1, { more: burnt, series: 2 })
  mkdirSync(join(base, 'both'))
  copyFileSync(join(folder, readdirSync(folder)[0]!), join(base, 'both', 'Zacharias.dcm'))
  copyFileSync(join(study, readdirSync(study)[0]!), join(base, 'both', 'a.dcm'))
  const out = join(base, 'out-both')
  const ended = await commandLine(['deidentify', join(base, 'both'), '--out', out, '--json'])
  expect(ended.code).toBe(3)
  expect(jsonOf(ended)).toMatchObject({
    record: { images: 1, failures: [{ code: 'dicom-unsupported', images: 1 }] },
  })
  expect(readFileSync(join(out, 'deidentification.json'), 'utf8')).not.toMatch(/zacharias/i)
  const black = await commandLine(['deidentify', folder, '--out', `${out}-black`, '--blackout', '0,0,12,3'])
  expect(black.code).toBe(0)
})

/** What a DICOMDIR would want, and nobody may know. */
const emptiedByTheProfile = /needed to build DICOMDIR - Study (Date|Time|ID)/

describeWithSharedData('of real images', () => {
  const kinds = [
    ...['series/ct-head/001.dcm', 'series/mr-head/073.dcm', 'series/breast-us/001.dcm'],
    ...['formats/mixed/eCT_Supplemental.dcm', 'formats/mixed/RG3_J2KR.dcm'],
    ...['formats/mixed/color-pl.dcm', 'formats/mixed/SC_rgb_2frame.dcm'],
  ]
  describeWithDebian('validators', ['dcmtk', 'dicom3tools', 'python3-pydicom'], () => {
    it.each(kinds)('find nothing in %s that its source has not, and pydicom reads it', async (kind) => {
      const source = sharedData(kind)
      const out = join(base, `kind-${n++}`)
      const { code } = await commandLine(['deidentify', source, '--out', out])
      expect(code).toBe(0)
      const written = join(out, '0001.dcm')
      const found = newFindings(await dciodvfyFindings(written), await dciodvfyFindings(source))
      expect(found.filter((finding) => !emptiedByTheProfile.test(finding))).toEqual([])
      const script = 'import sys,pydicom; print(pydicom.dcmread(sys.argv[1]).PatientIdentityRemoved)'
      expect(execFileSync('/usr/bin/python3', ['-c', script, written], { encoding: 'utf8' })).toBe('YES\n')
    })
  })
})

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, test, vi } from 'vitest'
import { encodeElements } from '../../src/core/dicom/write/encode.ts'
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

const audited = async (folder: string, ...options: string[]) => {
  const ended = await commandLine(['audit', folder, '--json', ...options])
  const { findings } = jsonOf(ended) as { findings: { finding: string; files: string[] }[] }
  return { code: ended.code, findings }
}

test('an audit finds nothing in what was de-identified, whatever the options', async () => {
  for (const option of ['retain-uids', 'retain-full-dates', 'retain-shifted-dates', 'retain-device']) {
    const { out } = await deidentified('--profile-options', option)
    expect(await audited(out, '--source', study)).toEqual({ code: 0, findings: [] })
  }
})

test('an audit of the source says what the profile would have done, and nothing of the values', async () => {
  const { code, findings } = await audited(study)
  expect(code).toBe(1)
  expect(findings.map(({ finding }) => finding)).toEqual(
    expect.arrayContaining([
      '(0008,0020) StudyDate: the profile would empty it',
      '(0010,0010) PatientName: the profile would empty it',
      'A name or identifier of a patient in the bytes of the file',
      'Patient Identity Removed (0012,0062) is not YES',
    ]),
  )
  expect(JSON.stringify(findings)).not.toMatch(/zacharias|20200229/i)
})

test.each<[string, string, Uint8Array | string, string]>([
  ['a name in UTF-16', 'a.bin', Buffer.from('\0Zacharias', 'utf16le'), 'in the bytes'],
  ['a short name by itself', 'b.txt', 'of anna.', 'in the bytes'],
  ['a name in capitals', 'a.txt', 'of ZACHARIAS', 'in the bytes'],
  ['a name of a file', 'zacharias.txt', 'x', 'in the name'],
  ['a date', 'a.csv', 'birth,1961-02-03\n', 'a date'],
  ['an archive', 'a.zip', 'PK', 'archive'],
  ['a table that is packed', 'a.xlsx', 'PK\x03\x04', 'packed'],
])('an audit finds %s', async (_, name, content, finding) => {
  const { out } = await deidentified()
  writeFileSync(join(out, name), content)
  const { code, findings } = await audited(out, '--source', study)
  expect(code).toBe(1)
  expect(findings).toEqual([{ finding: expect.stringContaining(finding) as string, files: [name] }])
})

test('an audit finds a name that is left in a nested item under a pseudonym', async () => {
  const { out } = await deidentified()
  const path = join(out, '0001.dcm')
  const item = [{ tag: tag.PatientID, vr: 'LO', value: 'ID-4711' }] as const
  const nested = encodeElements([{ tag: 0x52009229, vr: 'SQ', items: [item] }], true)
  const file = readFileSync(path)
  const pixels = file.indexOf(Buffer.from([0xe0, 0x7f, 0x10, 0x00]))
  writeFileSync(path, Buffer.concat([file.subarray(0, pixels), nested, file.subarray(pixels)]))
  const { findings } = await audited(out)
  expect(findings.map(({ finding }) => finding)).toEqual([
    '(0010,0020) PatientID: the profile would replace it',
  ])
})

test('an audit says which image of the source it could not read', async () => {
  const { out } = await deidentified()
  const source = join(base, 'odd-source')
  mkdirSync(source)
  const [first = '', second = ''] = readdirSync(study)
  const syntax = Buffer.from('1.2.840.10008.1.2.1\0')
  const file = readFileSync(join(study, first))
  // A syntax of a vendor, of the same length.
  Buffer.from('1.2.826.0.1.3.9.9.9\0').copy(file, file.indexOf(syntax))
  writeFileSync(join(source, 'odd.dcm'), file)
  copyFileSync(join(study, second), join(source, 'whole.dcm'))
  const { findings } = await audited(out, '--source', source)
  expect(findings).toEqual([
    { finding: expect.stringContaining('source that can not be read') as string, files: ['odd.dcm'] },
  ])
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

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zipSync } from 'fflate'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeElements, type DataElement } from '../../core/dicom/write/encode.ts'
import { encodeFile } from '../../core/dicom/write/part10.ts'
import { tinyFile } from '../../../test/support/tiny-instance.ts'
import { readInstance } from './read-file.ts'
import { scan } from './scan.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'radversary-scan-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, bytes)
  return path
}

const image = (number: number) => tinyFile([{ tag: 0x00080018, vr: 'UI', value: `2.25.${number}` }])

/** A DICOMDIR with these references, each its components parted by backslashes. */
function dicomdir(...references: string[]): Uint8Array {
  const record = (reference: string, index: number): DataElement[] => [
    { tag: 0x00041410, vr: 'US', value: [0xffff] },
    { tag: 0x00041500, vr: 'CS', value: reference },
    { tag: 0x00041511, vr: 'UI', value: `2.25.${index + 1}` },
  ]
  const dataSet = encodeElements([{ tag: 0x00041220, vr: 'SQ', items: references.map(record) }], true)
  return encodeFile({
    sopClassUid: '1.2.840.10008.1.3.10',
    sopInstanceUid: '2.25.9',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    dataSet,
  })
}

const filesOf = ({ series }: Awaited<ReturnType<typeof scan>>) =>
  series.flatMap(({ instances }) => instances.map(({ file }) => file))
const failures = (result: Awaited<ReturnType<typeof scan>>) =>
  result.failures.map(({ file, message }) => [file, message])

test('images are found in nested folders; other files are left aside with the reason', async () => {
  const paths = [await put('a.dcm', image(1)), await put('deep/er/b', image(2))]
  await put('notes.txt', 'nothing to see')
  await put('empty', '')
  const result = await scan([folder])
  expect(filesOf(result)).toEqual(paths)
  expect(result.failures).toEqual([])
  expect(result.skipped.map(({ file, reason }) => [file.slice(folder.length + 1), reason])).toEqual([
    ['empty', 'empty'],
    ['notes.txt', 'not a DICOM file'],
  ])
})

test('a header is light: it holds neither the pixels nor the parser’s data set', async () => {
  await put('a.dcm', image(1))
  const [instance] = (await scan([folder])).series[0]?.instances ?? []
  expect(Object.keys(instance ?? {})).not.toEqual(expect.arrayContaining(['dataSet']))
  expect(JSON.stringify(instance).length).toBeLessThan(1000)
  expect(await readInstance(instance?.source ?? { path: '' })).toMatchObject({
    sopInstanceUid: '2.25.1',
    rows: 2,
  })
})

test('an image with fewer pixels than its header says is a failure', async () => {
  const path = await put('a.dcm', tinyFile([{ tag: 0x00280008, vr: 'IS', value: '3' }]))
  expect(failures(await scan([folder]))).toEqual([[path, 'Pixel Data: expected 24 bytes, got 8']])
})

test('a header longer than the first read is read on', async () => {
  await put('a.dcm', tinyFile([{ tag: 0x00091001, vr: 'OB', value: new Uint8Array(100_000) }]))
  expect((await scan([folder])).series).toHaveLength(1)
})

test('a truncated image, a damaged header and a missing path are failures, and the rest still opens', async () => {
  const file = await put('good.dcm', image(1))
  const short = await put('short.dcm', image(2).subarray(0, -2))
  const header = await put('head.dcm', image(3).subarray(0, -45))
  const missing = join(folder, 'missing')
  const result = await scan([folder, missing])
  expect(filesOf(result)).toEqual([file])
  expect(failures(result)).toEqual([
    [header, 'Header: expected whole elements up to the pixel data, got a damaged or truncated one'],
    [missing, 'Read: it is not there (ENOENT)'],
    [short, 'Pixel Data: expected 8 bytes, got 6: the file is truncated'],
  ])
})

test('DICOM that is no image is left aside, an image that is not read is a failure', async () => {
  await put(
    'plan.dcm',
    encodeFile({
      sopClassUid: '1.2.3',
      sopInstanceUid: '2.25.1',
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      dataSet: encodeElements([{ tag: 0x00080060, vr: 'CS', value: 'RTPLAN' }], true),
    }),
  )
  await put('cmyk.dcm', tinyFile([{ tag: 0x00280004, vr: 'CS', value: 'CMYK' }]))
  const result = await scan([folder])
  expect(result.skipped).toMatchObject([{ reason: 'DICOM, but no image (SOP class 1.2.3)' }])
  expect(result.failures).toMatchObject([
    { code: 'dicom-unsupported', message: expect.stringContaining('CMYK') },
  ])
})

test('a zip archive’s members are read in place; one that is an archive itself is told', async () => {
  const path = await put(
    'study.zip',
    zipSync({
      'x/1.dcm': image(1),
      '2.dcm': [image(2), { level: 0 }],
      'in.zip': zipSync({ a: image(3) }),
      'liesmich.txt': new TextEncoder().encode('hallo'),
    }),
  )
  const result = await scan([path])
  expect(filesOf(result)).toEqual([`${path} > x/1.dcm`, `${path} > 2.dcm`])
  expect(failures(result)).toEqual([
    [`${path} > in.zip`, 'File: expected images, got an archive in an archive'],
  ])
  expect(result.skipped).toEqual([{ file: `${path} > liesmich.txt`, reason: 'not a DICOM file' }])
  const { source } = result.series[0]?.instances[0] ?? { source: { path: '' } }
  expect((await readInstance(source)).bytes.length).toBeGreaterThan(0)
})

test('a file packed with gzip is told', async () => {
  const path = await put('a.dcm.gz', gzipSync(image(1)))
  expect(failures(await scan([folder]))).toEqual([
    [path, 'File: expected a DICOM file, folder or zip archive, got a file packed with gzip'],
  ])
})

test('a DICOMDIR’s references are read once, in lower case too; missing and odd ones are told', async () => {
  const one = await put('disc/DATA/IM1', image(1))
  const two = await put('disc/data/im2', image(2))
  await put('outside', image(3))
  await symlink(join(folder, 'outside'), join(folder, 'disc/LINK'))
  const index = await put(
    'disc/DICOMDIR',
    dicomdir('DATA\\IM1', 'DATA\\IM2', 'DATA\\IM3', '..\\OUTSIDE', 'LINK'),
  )
  const result = await scan([index])
  expect(filesOf(result)).toEqual([one, two])
  expect(failures(result).map(([file, message]) => [file?.slice(folder.length + 1), message])).toEqual([
    ['disc/DATA/IM3', 'DICOMDIR: expected the file that it refers to, got none'],
    [
      'disc/DICOMDIR',
      'DICOMDIR: expected references of plain file names, got an odd one, which is not followed',
    ],
    [
      'disc/DICOMDIR',
      'DICOMDIR: expected references inside its folder, got one outside, which is not followed',
    ],
  ])
})

test.each([
  ['lower case', 'data/im1'],
  ['mixed case', 'Data/Im1'],
  ['an extension', 'DATA/IM1.dcm'],
  ['an extension in upper case', 'DATA/IM1.DCM'],
  ['a version', 'DATA/IM1;1'],
  ['a dot and a version', 'data/im1.;1'],
])('a DICOMDIR’s files are found under names in %s', async (_kind, name) => {
  const path = await put(`disc/${name}`, image(1))
  const result = await scan([await put('disc/DICOMDIR', dicomdir('DATA\\IM1'))])
  expect([filesOf(result), result.failures]).toEqual([[path], []])
})

test('a file that a DICOMDIR refers to is the one of its very name, where there are several', async () => {
  await put('disc/IM1.dcm', image(1))
  const path = await put('disc/IM1', image(2))
  expect(filesOf(await scan([await put('disc/DICOMDIR', dicomdir('IM1'))]))).toEqual([path])
})

test('a DICOMDIR’s file that lies elsewhere, but was found, is no fault', async () => {
  await put('disc/renamed.dcm', image(1))
  await put('disc/DICOMDIR', dicomdir('IM1', 'IM2'))
  expect(failures(await scan([folder])).map(([file]) => file?.slice(folder.length + 1))).toEqual(['disc/IM2'])
})

test.skipIf(process.platform !== 'linux')('files whose names are no UTF-8 are read', async () => {
  const name = Buffer.concat([Buffer.from(`${folder}/T`), Buffer.of(0xea), Buffer.from('te')])
  await mkdir(name)
  await writeFile(Buffer.concat([name, Buffer.from('/1.dcm')]), image(1))
  await writeFile(Buffer.concat([name, Buffer.from('/2.zip')]), zipSync({ 'a.dcm': image(2) }))
  await writeFile(Buffer.concat([name, Buffer.from('/DICOMDIR')]), dicomdir('1'))
  const result = await scan([folder])
  expect(result.failures).toEqual([])
  expect(filesOf(result).map((file) => file?.slice(folder.length + 1))).toEqual([
    'T\udceate/1.dcm',
    'T\udceate/2.zip > a.dcm',
  ])
  for (const { source } of result.series.flatMap(({ instances }) => instances))
    expect((await readInstance(source)).rows).toBe(2)
})

test('files that repeat a SOP Instance UID are left aside by name', async () => {
  await put('a.dcm', image(1))
  const copy = await put('b.dcm', image(1))
  expect((await scan([folder])).skipped).toEqual([
    { file: copy, reason: 'repeats the SOP Instance UID of another file of its series' },
  ])
})

test('folders that link to each other are read once', async () => {
  await put('a/1.dcm', image(1))
  await symlink(folder, join(folder, 'a/loop'))
  expect(filesOf(await scan([folder, folder]))).toHaveLength(1)
})

test('progress counts every file', async () => {
  await put('a.dcm', image(1))
  await put('b.zip', zipSync({ 'c.dcm': image(2) }))
  const steps: number[][] = []
  await scan([folder], { onProgress: ({ filesDone, filesKnown }) => steps.push([filesDone, filesKnown]) })
  expect(steps.at(-1)).toEqual([3, 3])
})

test('a scan can be cancelled', async () => {
  await put('a.dcm', image(1))
  const cancelled = scan([folder], { signal: AbortSignal.abort() })
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
})

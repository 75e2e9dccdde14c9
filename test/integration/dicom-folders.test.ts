import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readInstance } from '../../src/adapters/fs/read-file.ts'
import { scan, type ScanResult } from '../../src/adapters/fs/scan.ts'
import { randomSource } from '../../src/core/random.ts'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance, type Instance } from '../../src/core/dicom/instance.ts'
import { changeBytes, processorMs, truncationLengths } from '../support/damage.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { hashOfValues } from '../support/values-hash.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'radversary-folders-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

const bytesOf = (path: string) => new Uint8Array(readFileSync(sharedData(path)))
const instancesOf = ({ series }: ScanResult) => series.flatMap(({ instances }) => instances)
const hashOf = async (instance: Instance) => hashOfValues((await decodeFrame(instance, 0)).values)

const dicomdirs = 'dicomdir/dicomdirtests'

describeWithSharedData('the DICOMDIRs of ../shared/data', () => {
  const found = async (name: string) => {
    const result = await scan([sharedData(`${dicomdirs}/${name}`)])
    const files = instancesOf(result).map(({ source }) =>
      source.path.slice(sharedData(`${dicomdirs}/`).length),
    )
    return { result, files: files.sort() }
  }

  it('lead to their 31 images in 13 series, which decode', async () => {
    const { result, files } = await found('DICOMDIR')
    expect([result.series.length, files.length, result.failures]).toEqual([13, 31, []])
    expect(result.skipped).toMatchObject([{ reason: 'DICOMDIR of 31 files' }])
    for (const { source, rows, columns } of instancesOf(result)) {
      const frame = await decodeFrame(await readInstance(source), 0)
      expect(frame).toMatchObject({ rows, columns, samplesPerPixel: 1 })
    }
  })

  it.each(['-bigEnd', '-implicit', '-nopatient', '-reordered'])(
    'DICOMDIR%s leads to the same',
    async (ending) => {
      const { result, files } = await found(`DICOMDIR${ending}`)
      expect([files, result.failures]).toEqual([(await found('DICOMDIR')).files, []])
    },
  )

  it('DICOMDIR-nooffset, whose last record is shorter than it says, leads to the same and is told', async () => {
    const { result, files } = await found('DICOMDIR-nooffset')
    expect(files).toEqual((await found('DICOMDIR')).files)
    expect(result.failures).toMatchObject([
      {
        file: sharedData(`${dicomdirs}/DICOMDIR-nooffset`),
        message: 'DICOMDIR: expected all records, got 24 bytes fewer, so there may be more files',
      },
    ])
  })

  it('DICOMDIR-empty leads nowhere, TINY_ALPHA to 50 files without pixels', async () => {
    expect((await found('DICOMDIR-empty.dcm')).result).toMatchObject({ series: [], failures: [] })
    const { series, failures, skipped } = (await found('TINY_ALPHA/DICOMDIR')).result
    expect([series, failures, skipped.length]).toEqual([[], [], 51])
    expect(skipped.filter(({ reason }) => reason.startsWith('DICOM, but no image'))).toHaveLength(50)
  })
})

describeWithSharedData('files without preamble or meta header', () => {
  const metaEnd = (file: Uint8Array) => 144 + new DataView(file.buffer).getUint32(140, true)

  it.each([
    ['mixed/CT_small', '1.2.840.10008.1.2.1'],
    ['ct-transfer-syntaxes/CTImage', '1.2.840.10008.1.2'],
    ['mixed/emri_small_big_endian', '1.2.840.10008.1.2.2'],
  ])('%s reads the same, nested in folders and packed', async (name, transferSyntaxUid) => {
    const whole = bytesOf(`formats/${name}.dcm`)
    const variants = {
      'a/b/whole': whole,
      'a/c/d/bare': whole.subarray(132),
      e: whole.subarray(metaEnd(whole)),
    }
    const archive = put('packed.zip', zipSync(variants))
    const paths = Object.entries(variants).map(([path, bytes]) => put(`tree/${path}`, bytes))
    for (const [path, count] of [
      [archive, 1],
      [join(folder, 'tree'), 1],
    ] as const) {
      const result = await scan([path])
      // They are one instance, so two of them are left aside as copies.
      expect([instancesOf(result).length, result.skipped.length, result.failures]).toEqual([count, 2, []])
    }
    const original = await hashOf(parseInstance(whole))
    for (const source of [
      ...paths.map((path) => ({ path })),
      ...Object.keys(variants).map((member) => ({ path: archive, member })),
    ]) {
      const instance = await readInstance(source)
      expect(instance.transferSyntaxUid).toBe(transferSyntaxUid)
      expect(await hashOf(instance)).toEqual(original)
    }
  })
})

describeWithSharedData('a scan of all of ../shared/data', () => {
  it('lists every failure, tells no names, and opens the rest', { timeout: 60_000 }, async () => {
    const result = await scan([sharedData('')])
    const images = instancesOf(result)
    expect(images.length).toBeGreaterThan(150)
    expect(result.failures.map(({ file }) => file.slice(sharedData('').length))).toEqual([
      'broken/MR_truncated.dcm',
      'broken/badVR.dcm',
      'broken/meta_missing_tsyntax.dcm',
      'broken/nested_priv_SQ.dcm',
      'broken/rtplan_truncated.dcm',
      'broken/zipMR.gz',
      'dicomdir/dicomdirtests/DICOMDIR-nooffset',
      'formats/mixed/parametric_map_float.dcm',
    ])
    const unreadable = [
      'broken/MR_truncated.dcm',
      'broken/badVR.dcm',
      'formats/mixed/parametric_map_float.dcm',
    ]
    const headers = [...images, ...unreadable.map((file) => parseInstance(bytesOf(file)))]
    const identities = headers
      .flatMap(({ patientName, patientId }) => [patientName, patientId])
      .filter((text) => text !== undefined)
    expect(new Set(identities).size).toBeGreaterThan(20)
    const told = [
      ...result.failures.flatMap(({ message, tip }) => [message, tip]),
      ...result.skipped.map(({ reason }) => reason),
    ]
    for (const identity of identities.filter((text) => text.length > 3))
      for (const text of told) expect(text).not.toContain(identity)
  })
})

describeWithSharedData('damaged archives and directories', () => {
  const members = ['mixed/CT_small', 'mixed/MR_small_RLE', 'colour-synthetic/rgb_jpeg_ls']
  const archive = () =>
    zipSync(Object.fromEntries(members.map((name) => [`${name}.dcm`, bytesOf(`formats/${name}.dcm`)])))

  /** Every image that a damaged archive still gives is an original one, or an error. */
  async function checkArchive(bytes: Uint8Array): Promise<number> {
    const originals = await Promise.all(
      members.map((name) => hashOf(parseInstance(bytesOf(`formats/${name}.dcm`)))),
    )
    const result = await scan([put('packed.zip', bytes)])
    for (const { source } of instancesOf(result)) {
      const outcome = await readInstance(source).then(hashOf, (error: unknown) => error)
      if (outcome instanceof Error)
        expect(outcome).toMatchObject({ name: 'RadversaryError', code: 'dicom-unreadable' })
      else expect(originals).toContain(outcome)
    }
    return result.failures.length + result.skipped.length
  }

  it('a zip cut off anywhere is an error', { timeout: 60_000 }, async () => {
    const whole = archive()
    expect(await checkArchive(whole)).toBe(0)
    for (const length of truncationLengths(whole.length, 100))
      expect(await checkArchive(whole.slice(0, length))).toBeGreaterThan(0)
  })

  it('a zip with changed bytes is an error or gives the original images', { timeout: 60_000 }, async () => {
    const whole = archive()
    const random = randomSource(7, 0)
    for (let count = 0; count < 150; count++) {
      const from = count % 2 === 0 ? 0 : whole.length - 400
      expect(
        await processorMs(() => checkArchive(changeBytes(whole, [from, whole.length], random))),
      ).toBeLessThan(2000)
    }
  })

  it(
    'a DICOMDIR cut off anywhere, or with changed bytes, leads to images of its set or is an error',
    { timeout: 60_000 },
    async () => {
      cpSync(sharedData(dicomdirs), folder, { recursive: true, filter: (path) => !path.includes('DICOMDIR') })
      const whole = bytesOf(`${dicomdirs}/DICOMDIR`)
      const set = new Set(instancesOf(await scan([put('DICOMDIR', whole)])).map(({ file }) => file))
      expect(set.size).toBe(31)
      const random = randomSource(8, 0)
      const cut = truncationLengths(whole.length, 1000).map((length) => whole.slice(0, length))
      const changed = Array.from({ length: 60 }, () => changeBytes(whole, [128, whole.length], random))
      for (const bytes of [...cut, ...changed]) {
        const result = await scan([put('DICOMDIR', bytes)])
        const files = instancesOf(result).map(({ file }) => file)
        expect(files.filter((file) => !set.has(file))).toEqual([])
        if (bytes.length < whole.length)
          expect(result.failures.length + result.skipped.length).toBeGreaterThan(0)
      }
    },
  )
})

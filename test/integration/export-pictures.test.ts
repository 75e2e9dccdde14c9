import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readInstance } from '../../src/adapters/fs/read-file.ts'
import { formatOf, headBytes } from '../../src/adapters/images/formats.ts'
import { readImages } from '../../src/adapters/images/read-images.ts'
import { readNpy } from '../../src/core/tensor/npy.ts'
import { largestOffset, type SourceImages } from '../../src/core/image/source-images.ts'
import { attackRecord, type AttackRecord } from '../../src/engine/export/record.ts'
import { importImages } from '../../src/engine/import/import-images.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('export-pictures')
const fixtures = fileURLToPath(new URL('../fixtures/images/', import.meta.url))
const cpu = ['--device', 'cpu', '--threads', '1']
const intensity = { kind: 'stored-range', lower: 0, upper: 255 }
let grey: TinyClassifier
let colour: TinyClassifier

beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  grey = writeClassifier(join(base, 'grey'))
  colour = writeClassifier(join(base, 'colour'), { channels: 3 }, { intensity, mean: [0.4, 0.4, 0.4], std: [0.5, 0.5, 0.5] }) // prettier-ignore
})
afterAll(() => {
  vi.unstubAllEnvs()
})

/** An attack that needs no gradient, with all formats; its folder and record. */
async function attacked(study: string, { model }: TinyClassifier, out: string) {
  const folder = join(base, out)
  const method = ['--method', 'noise', '--force-intensity', '--export', 'png,nifti,npy']
  const ended = await commandLine([
    'attack',
    '--study',
    study,
    '--model',
    model,
    ...method,
    ...cpu,
    '--out',
    folder,
  ])
  expect(ended).toMatchObject({ code: 0 })
  return { folder, record: attackRecord.parse(JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8'))) }
}

async function imported(name: string, file: string, modality: string): Promise<string> {
  const { folder } = await importImages({ paths: [fixtures + file], out: join(base, name), modality }, {})
  return folder
}

const pathsOf = ({ pictures = [] }: AttackRecord) => pictures.map(({ path }) => path)

async function read(folder: string, path: string): Promise<SourceImages> {
  const place = join(folder, path)
  const format = formatOf(new Uint8Array(readFileSync(place)).subarray(0, headBytes), path)
  const [part] = await readImages(format!, { path: place, name: path })
  return part!.images
}

/** Stored values of the adversarial series, by Instance Number. */
async function adversarial(folder: string, { images }: AttackRecord) {
  const found = await Promise.all(
    images.map(async ({ exported }) => {
      const instance = await readInstance({ path: join(folder, exported.series.path) })
      const [pixels] = await decodeFrames(instance)
      return { number: instance.instanceNumber!, frame: pixels!.frame }
    }),
  )
  return found.sort((a, b) => a.number - b.number).map(({ frame }) => frame)
}

describe('adversarial images in the formats of other tools', () => {
  test('a volume is a NIfTI with the affine and rescaling of its source', async () => {
    const { folder, record } = await attacked(
      await imported('volume', 'short.nii.gz', 'CT'),
      grey,
      'of-volume',
    )
    expect(pathsOf(record)).toEqual([
      ...[1, 2, 3, 4, 5].map((n) => `png/000${n}.png`),
      expect.stringMatching(/^nifti\/000\d\.nii\.gz$/),
      expect.stringMatching(/^npy\/000\d\.npy$/),
    ])
    const [source, got] = [await read(fixtures, 'short.nii.gz'), await read(folder, pathsOf(record)[5]!)]
    const offset = largestOffset(source.stacks[0]!.geometry!, got.stacks[0]!.geometry!, [7, 6, 5])
    expect(offset.mm).toBeLessThan(1e-3)
    const frames = await adversarial(folder, record)
    expect(got.stacks[0]!.images).toEqual(frames.map(({ values }) => values))
    expect(got.stacks[0]!.images).not.toEqual(source.stacks[0]!.images)
    const png = await read(folder, 'png/0001.png')
    expect(png.bitsStored).toBe(16)
  })

  test('colours are PNG and NIfTI of 8 bits, and an array with them as its last axis', async () => {
    const { folder, record } = await attacked(
      await imported('colours', 'colour.png', 'OT'),
      colour,
      'of-colour',
    )
    expect(pathsOf(record)).toEqual(['png/0001.png', 'nifti/0001.nii.gz', 'npy/0001.npy'])
    const [frame] = await adversarial(folder, record)
    for (const path of pathsOf(record).slice(0, 2))
      expect((await read(folder, path)).stacks[0]!.images[0]).toEqual(frame!.values)
    const { shape, data } = readNpy(new Uint8Array(readFileSync(join(folder, 'npy/0001.npy'))))
    expect(shape).toEqual([1, 9, 13, 3])
    expect(data).toEqual(frame!.values)
  })

  test('arrays are in HU, and negative values are raised in PNG', async () => {
    const study = join(base, 'signed')
    writeSeries(study, 2, { signed: true })
    const { folder, record } = await attacked(study, grey, 'of-signed')
    const frames = await adversarial(folder, record)
    const { data } = readNpy(new Uint8Array(readFileSync(join(folder, 'npy/0001.npy'))))
    const first = await readInstance({ path: join(folder, 'adversarial/0001.dcm') })
    const [pixels] = await decodeFrames(first)
    const { modality } = pixels!.meaning
    if (modality.kind !== 'linear') throw new Error('expected a slope')
    expect(data[0]).toBe(frames[0]!.values[0]! * modality.slope + modality.intercept)
    const png = await read(folder, 'png/0001.png')
    const raised = 2 ** (pixels!.frame.bitsStored - 1)
    expect([...png.stacks[0]!.images[0]!]).toEqual([...pixels!.frame.values].map((value) => value + raised))
  })

  test('of MONOCHROME1 keep 0 as white, and that is said', async () => {
    const study = join(base, 'inverted')
    writeSeries(study, 1, { photometric: 'MONOCHROME1' })
    const { record } = await attacked(study, grey, 'of-inverted')
    expect(record.notices.map(({ message }) => message).join()).toMatch(/0 as white/)
  })

  test('verify reads them again, and the same command leaves the same bytes', async () => {
    const folder = join(base, 'of-colour')
    const verified = async (place: string) =>
      jsonOf(await commandLine(['verify', place, '--model', colour.model, ...cpu, '--json'])) as {
        readonly discrepancies: { readonly file: string; readonly message: string }[]
      }
    expect((await verified(folder)).discrepancies).toEqual([])
    const changed = join(base, 'changed')
    cpSync(folder, changed, { recursive: true })
    mkdirSync(join(base, 'other'), { recursive: true })
    copyFileSync(`${fixtures}colour.png`, join(changed, 'png/0001.png'))
    const found = (await verified(changed)).discrepancies
    expect(found.map(({ file }) => file)).toEqual(['png/0001.png', 'png/0001.png'])
    const again = await attacked(join(base, 'colours'), colour, 'again')
    for (const path of pathsOf(again.record))
      expect(readFileSync(join(again.folder, path))).toEqual(readFileSync(join(folder, path)))
  })

  test('what a record says of other values is found, also where the hashes are those of the files', async () => {
    const changed = join(base, 'claimed')
    cpSync(join(base, 'of-volume'), changed, { recursive: true })
    const record = JSON.parse(readFileSync(join(changed, 'record.json'), 'utf8')) as AttackRecord
    const [first, second] = record.pictures!
    const swapped = [{ ...first!, slices: second!.slices }, ...record.pictures!.slice(1)]
    writeFileSync(join(changed, 'record.json'), JSON.stringify({ ...record, pictures: swapped }))
    const ended = await commandLine(['verify', changed, '--model', grey.model, ...cpu, '--json'])
    const { discrepancies } = jsonOf(ended) as { readonly discrepancies: { readonly file: string; readonly message: string }[] } // prettier-ignore
    expect(discrepancies).toContainEqual({
      file: 'png/0001.png',
      message: expect.stringContaining('the values of its DICOM images') as string,
    })
  })
})

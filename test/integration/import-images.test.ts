import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decode, encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { nameOfBytes } from '../../src/adapters/fs/file-names.ts'
import { readInstance } from '../../src/adapters/fs/read-file.ts'
import { modalityFunction } from '../../src/core/dicom/lookup-tables.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { sourceTags } from '../../src/core/dicom/write/compose-instance.ts'
import { textValue } from '../../src/core/dicom/write/source-values.ts'
import { importImages, type ImportReport, type ImportRequest } from '../../src/engine/import/import-images.ts'
import { importRecord } from '../../src/engine/import/import-record.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { openStudy } from '../../src/engine/study/open-study.ts'
import { commandLine } from '../support/command-line.ts'
import { dciodvfyFindings, describeWithDebian } from '../support/debian-tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const fixtures = fileURLToPath(new URL('../fixtures/images/', import.meta.url))
const goldens = JSON.parse(readFileSync(`${fixtures}golden.json`, 'utf8')) as Record<
  string,
  { readonly shape: number[]; readonly values: number[] } | undefined
>
const folder = temporaryFolder('import')
let count = 0
const out = () => join(folder, `out-${count++}`)

/** A folder of copies: names in it, and which fixture each is. */
function copies(files: Readonly<Record<string, string>>): string {
  const root = join(folder, `in-${count++}`)
  for (const [name, fixture] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    copyFileSync(fixtures + fixture, join(root, name))
  }
  return root
}

const imported = (request: Omit<ImportRequest, 'out'>) => importImages({ ...request, out: out() }, {})

/** The values of an import's images in their file's order, in modality units. */
async function valuesOf({ folder: study, record }: ImportReport): Promise<number[]> {
  const all = []
  for (const { path } of record.files.flatMap(({ images }) => images))
    for (const { frame, meaning } of await decodeFrames(await readInstance({ path: join(study, path) })))
      all.push(...Array.from(frame.values, modalityFunction(meaning.modality)))
  return all
}

/** Half of one of 65536 levels, where numbers are not whole; 0 where they are. */
function tolerance(values: readonly number[]): number {
  if (values.every(Number.isInteger)) return 0
  return (Math.max(...values) - Math.min(...values)) / 65535 / 2 + 1e-6
}

const sound = Object.keys(goldens)

describe('an imported study', () => {
  it.each(sound)('has the values of %s', async (name) => {
    const got = await valuesOf(await imported({ paths: [fixtures + name] }))
    const wanted = goldens[name]?.values ?? []
    expect(got).toHaveLength(wanted.length)
    const error = Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] ?? NaN))))
    expect(error).toBeLessThanOrEqual(tolerance(wanted))
  })

  // Rows x columns of this one point downwards, so that its last slice comes first.
  it('places the slices of a volume as its affine does', async () => {
    const { folder: study } = await imported({ paths: [`${fixtures}short.nii.gz`], modality: 'CT' })
    const { series } = await openStudy([study])
    expect(series).toHaveLength(1)
    expect(series[0]).toMatchObject({ modality: 'CT', orderedBy: 'geometry', isStack: true })
    expect(
      series[0]?.instances.map(({ imagePositionPatient }) => imagePositionPatient?.map(rounded)),
    ).toEqual([4, 3, 2, 1, 0].map((k) => [-90 - 0.1 * k, 120.5 + 0.05 * k, 33.25 + 2.5 * k].map(rounded)))
    expect(series[0]?.instances[0]?.pixelSpacing?.map(rounded)).toEqual([
      expect.any(Number),
      rounded(Math.hypot(0.7, 0.2)),
    ])
  })

  it('has a series for each volume of a file', async () => {
    const { folder: study } = await imported({ paths: [`${fixtures}times.nii.gz`] })
    const { series } = await openStudy([study])
    expect(series.map(({ instances, seriesDescription }) => [instances.length, seriesDescription])).toEqual(
      [1, 2, 3].map((n) => [5, `times.nii.gz, volume ${n} of 3`]),
    )
  })

  it('names its file and that file’s hash', async () => {
    const { folder: study, record } = await imported({ paths: [`${fixtures}grey.png`] })
    const [file] = record.files
    const instance = openInstance(readFileSync(join(study, file?.images[0]?.path ?? '')))
    expect(textValue(instance, sourceTags.name)).toBe('grey.png')
    expect(textValue(instance, sourceTags.sha256)).toBe(file?.sha256)
  })

  it('is the same to the byte when it is made again, and is never overwritten', async () => {
    const paths = [copies({ 'a/1.png': 'grey.png', 'b/2.png': 'grey16.png' })]
    const [first, second] = [await imported({ paths }), await imported({ paths })]
    const names = readdirSync(first.folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    for (const { parentPath, name } of names) {
      const one = join(parentPath, name)
      expect(readFileSync(one)).toEqual(readFileSync(one.replace(first.folder, second.folder)))
    }
    expect(names).toHaveLength(5)
    const other = importImages({ paths: [`${fixtures}grey.png`], out: first.folder }, {})
    await expect(other).rejects.toThrow(expect.objectContaining({ code: 'export-conflict' }))
    expect((await importImages({ paths, out: first.folder }, {})).record.files).toHaveLength(2)
  })

  it('keeps folders of the same name apart', async () => {
    const root = copies({ 'one/x/1.png': 'grey.png', 'two/x/1.png': 'grey16.png' })
    const { record } = await imported({ paths: [join(root, 'one/x'), join(root, 'two/x')] })
    expect(record.files.map(({ file }) => file)).toEqual(['one/x/1.png', 'two/x/1.png'])
  })

  // A folder where an image is to be stands for any disk that can't be written to.
  it('ends where it can’t be written, and blames no file for it', async () => {
    const root = copies({ 'a.png': 'grey.png', 'a.dcm/b.png': 'grey.png' })
    await expect(imported({ paths: [root] })).rejects.toMatchObject({ code: 'io-failed' })
  })

  it('keeps files apart whose names differ by their endings or letters alone', async () => {
    const paths = [
      copies({ 'x.png': 'grey.png', 'x.bmp': 'grey.bmp', 'X.jpg': 'grey.jpg', 'con.png': 'bits.png' }),
    ]
    const { record, folder: study } = await imported({ paths })
    expect(record.files.flatMap(({ images }) => images.map(({ path }) => path)).sort()).toEqual([
      'images/X.jpg.dcm',
      'images/_con.dcm',
      'images/x.bmp.dcm',
      'images/x.png.dcm',
    ])
    expect((await openStudy([study])).images).toHaveLength(4)
  })
})

describeWithDebian('imported images that dciodvfy reads', ['dicom3tools'], () => {
  it.each([
    ...sound.map((name) => [name, 'OT']),
    ...[
      ['short.nii.gz', 'CT'],
      ['short.nii.gz', 'MR'],
      ['bytes.nii', 'MR'],
      ['scaled.nii.gz', 'CT'],
      ['scaled.nii.gz', 'MR'],
    ],
    ...[
      ['grey.png', 'CR'],
      ['grey16.png', 'DX'],
      ['colour.png', 'US'],
      ['inverted.tif', 'CR'],
    ],
  ])('%s as %s has no errors', async (name, modality) => {
    const { folder: study, record } = await imported({ paths: [fixtures + name], modality })
    const [first] = record.files[0]?.images ?? []
    const findings = await dciodvfyFindings(join(study, first?.path ?? ''))
    expect([...findings].filter((line) => /error/i.test(line))).toEqual([])
  })
})

describe('labels of an import', () => {
  const labels = (study: string) => readFileSync(join(study, 'labels.csv'), 'utf8').trim().split('\r\n')
  const withoutUids = (lines: readonly string[]) => lines.map((line) => line.replace(/2\.25\.\d+/, 'UID'))

  it('are the folders that images lie in', async () => {
    const { folder: study, record } = await imported({
      paths: [copies({ 'NORMAL/1.png': 'grey.png', 'SICK/1.png': 'grey16.png' })],
    })
    expect(withoutUids(labels(study))).toEqual([
      'file,SOPInstanceUID,label',
      'images/NORMAL/1.dcm,UID,NORMAL',
      'images/SICK/1.dcm,UID,SICK',
    ])
    expect(record.labels).toMatchObject({
      kind: 'classes',
      images: 2,
      from: 'folders as classes (NORMAL, SICK)',
    })
  })

  it('are those of a CSV, by the column that names images', async () => {
    const root = copies({ '1.png': 'grey.png', '2.png': 'grey16.png' })
    writeFileSync(
      join(root, 'train.csv'),
      'id,Image Index,Finding Labels\n7,1.png,Effusion|Mass\n8,2.png,No Finding\n9,3.png,Mass\n',
    )
    const { folder: study, record } = await imported({ paths: [root] })
    expect(withoutUids(labels(study)).slice(1)).toEqual([
      'images/1.dcm,UID,"Effusion;Mass"',
      'images/2.dcm,UID,No Finding',
    ])
    expect(record.notices.join(' ')).toContain('1 of 3 rows of train.csv name none of the images')
  })

  it('are columns of 0 and 1', async () => {
    const root = copies({ '1.png': 'grey.png', '2.png': 'grey16.png' })
    writeFileSync(join(root, 'truth.csv'), 'image,MEL,NV\n1,1.0,0.0\n2,0.0,0.0\n')
    const { folder: study } = await imported({ paths: [root] })
    expect(withoutUids(labels(study)).slice(1)).toEqual(['images/1.dcm,UID,MEL', 'images/2.dcm,UID,none'])
  })

  it('are those of an archive', async () => {
    const { folder: study } = await imported({ paths: [`${fixtures}mnist.npz`] })
    expect(withoutUids(labels(study)).slice(1, 4)).toEqual(
      [1, 2, 3].map((n) => `images/mnist/train/000${n}.dcm,UID,${[0, 2, 1][n - 1]}`),
    )
  })

  const boxes = ['images/1.dcm,UID,nodule,2,3,6,8', 'images/2.dcm,UID,,,,,']

  it('are boxes of COCO', async () => {
    const root = copies({ '1.png': 'grey.png', '2.png': 'grey16.png' })
    const coco = {
      images: [
        { id: 1, file_name: '1.png' },
        { id: 2, file_name: '2.png' },
      ],
      annotations: [{ image_id: 1, category_id: 4, bbox: [2, 3, 4, 5] }],
      categories: [{ id: 4, name: 'nodule' }],
    }
    writeFileSync(join(root, 'annotations.json'), JSON.stringify(coco))
    expect(withoutUids(labels((await imported({ paths: [root] })).folder)).slice(1)).toEqual(boxes)
  })

  it('are boxes of YOLO', async () => {
    const root = copies({ 'images/1.png': 'grey.png', 'images/2.png': 'grey16.png' })
    mkdirSync(join(root, 'labels'))
    writeFileSync(join(root, 'labels/1.txt'), `1 ${4 / 13} ${5.5 / 9} ${4 / 13} ${5 / 9}\n`)
    writeFileSync(join(root, 'labels/2.txt'), '')
    writeFileSync(join(root, 'data.yaml'), "train: images\nnames: ['mass', 'nodule']\n")
    const lines = withoutUids(labels((await imported({ paths: [root] })).folder)).slice(1)
    expect(lines).toEqual(boxes.map((line) => line.replace('images/', 'images/images/')))
  })

  it('that were named are taken before those of an archive', async () => {
    const root = copies({ 'mnist.npz': 'mnist.npz' })
    writeFileSync(join(root, 'truth.csv'), 'file,label\nmnist,9\n')
    const paths = [join(root, 'mnist.npz')]
    const { record, folder: study } = await imported({ paths, labels: join(root, 'truth.csv') })
    expect(record.labels?.from).toBe('truth.csv (column "label")')
    expect(labels(study).slice(1).every((line) => line.endsWith(',9'))).toBe(true) // prettier-ignore
  })

  it.each([
    ['label\n1.png,A\n1.png,B', /one label for 1.png, got "A" and "B"/],
    ['class,x0,y0,x1,y1\n1.png,A,1,2,,4', /x0 < x1 and y0 < y1 in pixels, got 1, 2, , 4/],
    ['class,x0,y0,x1,y1\n1.png,A,5,2,1,4', /got 5, 2, 1, 4/],
  ])('of "%s" are refused by name, and a table that merely lies there is said', async (text, message) => {
    const root = copies({ '1.png': 'grey.png' })
    const table = join(root, 'truth.csv')
    writeFileSync(table, `file,${text}\n`)
    await expect(imported({ paths: [root], labels: table })).rejects.toMatchObject({
      ...{ code: 'labels-invalid', message: expect.stringMatching(message) as string },
      ...{ file: 'truth.csv', tip: expect.any(String) as string },
    })
    const { record } = await imported({ paths: [root] })
    expect(record.labels).toBeNull()
    expect(record.notices.join()).toMatch(/truth.csv was not taken for labels/)
  })

  it('find files whose names are Latin letters, in a table of Latin letters', async () => {
    const root = copies({ '1.png': 'grey.png' })
    const folderOfBytes = Buffer.concat([Buffer.from(`${root}/K`), Buffer.from([0xf6]), Buffer.from('ln')])
    mkdirSync(folderOfBytes)
    const file = Buffer.concat([folderOfBytes, Buffer.from([0x2f, 0xe4]), Buffer.from('.png')])
    copyFileSync(`${fixtures}grey.png`, file)
    writeFileSync(join(root, 'truth.csv'), Buffer.from('file,label\n\xe4.png,krank\n', 'latin1'))
    const named = nameOfBytes(folderOfBytes)
    const { record, folder: study } = await imported({ paths: [named], labels: join(root, 'truth.csv') })
    expect(record.labels?.images).toBe(1)
    expect(labels(study)[1]).toMatch(/,krank$/)
  })

  it('that are named and say nothing of the images are an error', async () => {
    const root = copies({ '1.png': 'grey.png' })
    writeFileSync(join(root, 'other.csv'), 'file,label\n7.png,1\n')
    await expect(imported({ paths: [root], labels: join(root, 'other.csv') })).rejects.toThrow(
      /names the images/,
    )
  })
})

function writeMask(path: string, valueAt: (pixel: number) => number): void {
  mkdirSync(dirname(path), { recursive: true })
  const data = Uint8Array.from({ length: 9 * 13 }, (_, i) => valueAt(i))
  writeFileSync(path, encode({ width: 13, height: 9, data, depth: 8, channels: 1 }))
}

it('channels of a case by nnU-Net’s names are one examination, in one frame of reference', async () => {
  const names = ['a_0000.nii', 'a_0001.nii', 'b_0000.nii', 'b_0001.nii', 'c_0001.nii', 'd_0000.nii']
  const root = copies(Object.fromEntries(names.map((name) => [name, 'bytes.nii'])))
  const { folder: study, record } = await imported({ paths: [root] })
  expect(record.notices.join()).toContain('2 cases have several channels')
  const { images } = await openStudy([study])
  const each = names.map(
    (name) => images.find((image) => image.name.startsWith(`images/${name.slice(0, 6)}`))?.header,
  )
  const frames = each.map((header) => header?.frameOfReferenceUid)
  expect([frames[0] === frames[1], frames[2] === frames[3], new Set(frames).size]).toEqual([true, true, 4])
  const studies = each.map((header) => header?.studyInstanceUid)
  expect([studies[0] === studies[1], studies[4] === studies[5], new Set(studies).size]).toEqual([
    true,
    true,
    3,
  ])
})

describe('masks of an import', () => {
  it('are the outlines of COCO’s JSON, where it has any', async () => {
    const root = copies({ 'img/1.png': 'grey.png', 'img/2.png': 'grey.png', 'img/3.png': 'grey.png' })
    const file = join(root, 'outlines.json')
    const images = [1, 2].map((id) => ({ id, file_name: `${id}.png` }))
    const categories = [{ id: 7, name: 'mass' }, { id: 3, name: 'cyst' }] // prettier-ignore
    const square = {
      image_id: 1,
      category_id: 7,
      bbox: [1, 1, 2, 2],
      segmentation: [[1, 1, 3, 1, 3, 3, 1, 3]],
    }
    const coco = (annotations: object[]) => { writeFileSync(file, JSON.stringify({ images, categories, annotations })) } // prettier-ignore
    coco([square, { image_id: 1, category_id: 3, segmentation: { size: [9, 13], counts: [10, 1, 106] } }])
    const { folder: study, record } = await imported({ paths: [join(root, 'img')], masks: file })
    expect(record.masks).toEqual({ path: 'masks.csv', images: 2 })
    expect(record.notices.join()).toContain('0 background, 1 cyst, 2 mass')
    const { width, data } = decode(readFileSync(join(study, 'masks/1.png')))
    expect(Array.from(data).flatMap((value, at) => (value > 0 ? [[Math.floor(at / width), at % width, value]] : []))).toEqual([[1, 1, 1], [1, 2, 2], [2, 1, 2], [2, 2, 2]]) // prettier-ignore
    expect(decode(readFileSync(join(study, 'masks/2.png'))).data.some((value) => value > 0)).toBe(false)
    coco([{ image_id: 1, category_id: 3, segmentation: { size: [5, 5], counts: [25] } }])
    const other = await imported({ paths: [join(root, 'img')], masks: file })
    expect(other.record.failures).toMatchObject([{ file: '1.png', message: expect.stringMatching(/9 x 13 pixels of 1.png, got 5 x 5/) as string }]) // prettier-ignore
    coco([])
    await expect(imported({ paths: [join(root, 'img')], masks: file })).rejects.toThrow(/JSON with outlines/)
  })

  it('become PNG of class indices with a table', async () => {
    const root = copies({ 'img/1.png': 'grey.png', 'img/2.png': 'grey16.png' })
    const data = Uint8Array.from({ length: 9 * 13 }, (_, i) => (i % 3 === 0 ? 255 : 0))
    mkdirSync(join(root, 'm'))
    writeFileSync(join(root, 'm/1_mask.png'), encode({ width: 13, height: 9, data, depth: 8, channels: 1 }))
    writeFileSync(join(root, 'm/2_mask.png'), encode({ width: 9, height: 13, data, depth: 8, channels: 1 }))
    const { folder: study, record } = await imported({ paths: [join(root, 'img')], masks: join(root, 'm') })
    expect(record.masks).toEqual({ path: 'masks.csv', images: 1 })
    expect(record.files).toHaveLength(2)
    expect(record.failures).toMatchObject([
      { file: '2_mask.png', message: expect.stringMatching(/13 x 9/) as string },
    ])
    expect(record.notices).toContain('Masks of 0 and 255 became 0 and 1.')
    expect(readFileSync(join(study, 'masks.csv'), 'utf8')).toMatch(/images\/1\.dcm,2\.25\.\d+,masks\/1\.png/)
  })

  it('of a volume are one for each slice', async () => {
    const root = copies({ 'brain_0000.nii': 'bytes.nii', 'labels/brain.nii': 'bytes.nii' })
    const paths = [join(root, 'brain_0000.nii')]
    const { record } = await imported({ paths, masks: join(root, 'labels') })
    expect(record.masks).toEqual({ path: 'masks.csv', images: 5 })
  })

  it('that lie elsewhere than their volume are refused', async () => {
    const root = copies({ 'brain.nii.gz': 'short.nii.gz', 'labels/brain.nii': 'bytes.nii' })
    const { record } = await imported({ paths: [join(root, 'brain.nii.gz')], masks: join(root, 'labels') })
    expect(record.masks).toEqual({ path: 'masks.csv', images: 0 })
    expect(record.failures).toMatchObject([
      { file: 'brain.nii', message: expect.stringMatching(/mm away/) as string },
    ])
  })

  it('in the imported folder are no images, and are matched by their folders', async () => {
    const root = copies({ 'a/img/1.png': 'grey.png', 'b/img/1.png': 'grey.png' })
    writeMask(join(root, 'a/masks/img/1.png'), () => 1)
    writeMask(join(root, 'b/masks/img/1.png'), () => 2)
    const beside = await imported({ paths: [join(root, 'a')], masks: join(root, 'a/masks') })
    expect(beside.record.files.map(({ file }) => file)).toEqual(['img/1.png'])
    expect(beside.record.masks?.images).toBe(1)
  })

  it('of the same name are kept apart by folders, or not taken', async () => {
    const root = copies({ 'img/a/1.png': 'grey.png', 'img/b/1.png': 'grey.png', 'img/c/1.png': 'grey.png' })
    writeMask(join(root, 'm/a/1.png'), () => 1)
    writeMask(join(root, 'm/b/1.png'), () => 2)
    const { record, folder: study } = await imported({ paths: [join(root, 'img')], masks: join(root, 'm') })
    const values = ['a', 'b'].map((name) => decode(readFileSync(join(study, `masks/${name}/1.png`))).data[0])
    expect(values).toEqual([1, 2])
    expect(record.failures).toMatchObject([
      { file: 'c/1.png', message: 'Mask: expected one file of its name, got a/1.png, b/1.png' },
    ])
  })

  it('of 0 and 255 stay as they are where another mask has other values', async () => {
    const root = copies({ 'img/1.png': 'grey.png', 'img/2.png': 'grey.png' })
    writeMask(join(root, 'm/1.png'), (i) => (i % 2) * 255)
    writeMask(join(root, 'm/2.png'), (i) => [0, 1, 255][i % 3] ?? 0)
    const { record, folder: study } = await imported({ paths: [join(root, 'img')], masks: join(root, 'm') })
    expect([...decode(readFileSync(join(study, 'masks/1.png'))).data.slice(0, 4)]).toEqual([0, 255, 0, 255])
    expect(record.notices.join()).not.toMatch(/255/)
  })
})

describe('files that can’t be read', () => {
  it('are listed with a remedy each, and the others are imported', async () => {
    const root = copies({ 'ok.png': 'grey.png', 'large.png': 'palette.png', 'z.dat': 'stack.npy' })
    cpSync(`${fixtures}bad`, join(root, 'bad'), { recursive: true })
    const { code, out: printed } = await commandLine(['import', root, '--out', out(), '--json'])
    const { record } = JSON.parse(printed) as { record: unknown }
    const { files, failures } = importRecord.parse(record)
    expect(code).toBe(3)
    expect(files.map(({ file }) => file)).toEqual(['large.png', 'ok.png', 'z.dat'])
    expect(failures.map(({ file }) => file).sort()).toEqual(
      readdirSync(`${fixtures}bad`)
        .map((name) => `bad/${name}`)
        .sort(),
    )
    expect(failures.every(({ tip }) => tip !== null && tip !== '')).toBe(true)
  })

  it('alone are an error, and so are DICOM files', async () => {
    await expect(imported({ paths: [`${fixtures}bad/no-png.png`] })).rejects.toThrow(/its signature/)
    const { folder: study } = await imported({ paths: [`${fixtures}grey.png`] })
    await expect(imported({ paths: [join(study, 'images')] })).rejects.toThrow(
      expect.objectContaining({ tip: 'DICOM needs no import: open it as it is.' }),
    )
  })
})

function rounded(value: number): number {
  return Number(value.toFixed(4))
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { attackRequest, largestChange, tinyInput } from '../support/attack-requests.ts'
import { largestDifference } from '../support/numbers.ts'
import { pixelsAtEnd, writeImage, writeSeries, type WrittenImage } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyNormalisation, writeClassifier, type TinyHead } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-inputs')
let runs = 0

interface Setting {
  readonly head?: Partial<TinyHead>
  readonly card?: object
  readonly changes?: Partial<AttackRequest>
}

/** Attacks what `write` puts into a study. */
async function attacked(write: (study: string) => WrittenImage[], { head, card, changes }: Setting = {}) {
  const folder = join(base, String(runs++))
  const [study, out] = [join(folder, 'study'), join(folder, 'out')]
  const images = write(study)
  const classifier = writeClassifier(folder, head, card)
  const request = attackRequest(classifier, { study, out }, changes)
  const report = await attackStudy(request)
  const adversarialOf = (image: WrittenImage) => {
    const found = report.record.images.find(({ sopInstanceUid }) => sopInstanceUid === image.sopInstanceUid)
    return pixelsAtEnd(join(out, found!.exported.series.path), image)
  }
  return { ...report, images, classifier, request, adversarialOf, out }
}

describe('a multi-frame image', () => {
  const cine = (study: string) => [
    writeImage(study, 1, { frames: 5, modality: 'OT', rescale: undefined }),
    writeImage(study, 2, { modality: 'OT', rescale: undefined }),
  ]
  const card = { intensity: { kind: 'stored-range', lower: 0, upper: 2048 } }

  test('has every frame attacked and judged by itself, in batches, within its budget', async () => {
    const { images, record, adversarialOf, classifier, out } = await attacked(cine, {
      card,
      changes: { batch: 2 },
    })
    expect(record.images.map(({ frames }) => frames.map(({ frame }) => frame))).toEqual([
      [1, 2, 3, 4, 5],
      [1],
    ])
    expect(readFileSync(join(out, 'metrics.csv'), 'utf8').trim().split('\r\n')).toHaveLength(1 + 6)
    const [image] = images
    const adversarial = adversarialOf(image!)
    record.images[0]!.frames.forEach(({ before, reread, stored }, index) => {
      const frame = (values: readonly number[]) => values.slice(144 * index, 144 * (index + 1))
      const byHand = (values: readonly number[]) =>
        classifier.probabilities(tinyInput(image!, frame(values), { lower: 0, upper: 2048 }))
      expect(largestDifference(before.probabilities, byHand(image!.values))).toBeLessThan(1e-5)
      expect(largestDifference(reread.probabilities, byHand(adversarial))).toBeLessThan(1e-5)
      expect(stored.linf).toBe(largestChange(frame(image!.values), frame(adversarial)))
      expect(stored.linf).toBeLessThanOrEqual((2048 * 16) / 255)
    })
  })

  test('tells progress that never goes back', async () => {
    const told: number[] = []
    const folder = join(base, 'progress')
    cine(join(folder, 'study'))
    const request = attackRequest(
      writeClassifier(folder, {}, card),
      { study: join(folder, 'study'), out: join(folder, 'out') },
      { batch: 2 },
    )
    await attackStudy(request, { onProgress: ({ phase, done }) => phase === 'attacking' && told.push(done) })
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(new Set(told).size).toBe(told.length)
    expect(told.at(-1)).toBe(2)
  })
})

describe('colour images', () => {
  const rgb = (study: string) =>
    writeSeries(study, 2, {
      photometric: 'RGB',
      bitsStored: 8,
      modality: 'US',
      rescale: undefined,
      lowest: 40,
      highest: 210,
    })
  const card = { intensity: { kind: 'stored-range', lower: 0, upper: 255 } }
  const planes = (values: readonly number[]) =>
    [0, 1, 2].map((channel) => values.filter((_, i) => i % 3 === channel).map((value) => value / 255))
  const normalised = (values: readonly number[]) =>
    values.map((value) => (value - tinyNormalisation.mean) / tinyNormalisation.std)
  const inputs: Record<string, (values: readonly number[]) => number[]> = {
    'three planes': (values) => normalised(planes(values).flat()),
    'three channels last': (values) => normalised(values.map((value) => value / 255)),
    luminance: (values) => {
      const [red, green, blue] = planes(values)
      return normalised(red!.map((value, i) => 0.299 * value + 0.587 * green![i]! + 0.114 * blue![i]!))
    },
  }

  test.each<[string, Partial<TinyHead>]>([
    ['three planes', { channels: 3 }],
    ['three channels last', { channels: 3, layout: 'NHWC' }],
    ['luminance', { channels: 1 }],
  ])('are given to a model as %s, and each of their values has the budget', async (name, head) => {
    const { images, record, adversarialOf, classifier } = await attacked(rgb, { head, card })
    images.forEach((image, index) => {
      const byHand = (values: readonly number[]) => classifier.probabilities(inputs[name]!(values))
      const { before, reread } = record.images[index]!.frames[0]!
      expect(largestDifference(before.probabilities, byHand(image.values))).toBeLessThan(1e-5)
      expect(largestDifference(reread.probabilities, byHand(adversarialOf(image)))).toBeLessThan(1e-5)
      expect(largestChange(image.values, adversarialOf(image))).toBeLessThanOrEqual(16)
      expect(largestChange(image.values, adversarialOf(image))).toBeGreaterThan(8)
    })
  })
})

describe('percentiles of a series', () => {
  const write = (study: string) => [
    ...writeSeries(join(study, 'a'), 3),
    ...writeSeries(join(study, 'b'), 2, { series: 2, lowest: 1000, highest: 1500 }),
  ]
  const percentile = (of: string) => ({
    card: { intensity: { kind: 'percentile', lower: 2, upper: 98, of } },
  })
  /** Nearest rank, in HU. */
  const ends = (images: readonly WrittenImage[]) => {
    const sorted = images.flatMap(({ values }) => values).sort((a, b) => a - b)
    const [lower, upper] = [2, 98].map(
      (percent) => sorted[Math.ceil((percent / 100) * sorted.length) - 1]! - 1024,
    )
    return { lower: lower!, upper: upper! }
  }

  test('are counted over the whole series, each series by itself', async () => {
    const { images, record, classifier } = await attacked(write, percentile('series'))
    images.forEach((image, index) => {
      const { range, before } = record.images[index]!.frames[0]!
      const expected = ends(images.filter(({ series }) => series === image.series))
      expect(range).toMatchObject(expected)
      expect(
        largestDifference(
          before.probabilities,
          classifier.probabilities(tinyInput(image, image.values, expected)),
        ),
      ).toBeLessThan(1e-5)
    })
  })

  test('differ from those of each image', async () => {
    const { images, record } = await attacked(write, percentile('image'))
    expect(record.images.map(({ frames: [frame] }) => frame!.range)).toMatchObject(
      images.map((image) => ends([image])),
    )
  })
})

describe('images of several sizes', () => {
  const write = (study: string) => [
    ...writeSeries(study, 2),
    writeImage(study, 3, { rows: 20, columns: 15 }),
    writeImage(study, 4, { rows: 8, columns: 9 }),
    writeImage(study, 5),
  ]

  test('are all attacked, those of a size that meet together', async () => {
    const { images, record, failures, adversarialOf } = await attacked(write)
    expect(failures).toEqual([])
    expect(record.images.map(({ file }) => file)).toEqual(images.map(({ name }) => name))
    for (const image of images) expect(largestChange(image.values, adversarialOf(image))).toBeGreaterThan(20)
    expect(record.images[3]!.frames[0]!.window.ssim).toBeNull()
  })

  test('that the card’s crop exceeds are listed, and the others go on', async () => {
    const { record, failures, request } = await attacked(write, {
      card: { fit: { kind: 'crop', top: 0, left: 0, height: 12, width: 12 } },
    })
    expect(failures).toMatchObject([
      { file: '004.dcm', code: 'model-unsupported', message: expect.stringContaining('got 8x9') as string },
    ])
    expect(record.images).toHaveLength(4)
    expect((await predictStudy(request)).failures).toEqual(failures)
  })
})

describe('broken files', () => {
  const write = (study: string) => {
    const images = writeSeries(study, 3)
    const whole = readFileSync(images[0]!.path)
    writeFileSync(join(study, '000-cut.dcm'), whole.subarray(0, whole.length - 100))
    writeFileSync(join(study, '002-header.dcm'), whole.subarray(0, 300))
    writeFileSync(join(study, 'notes.txt'), 'nothing to see here')
    // Encapsulated pixels show what is wrong with them only when they are decoded.
    writeFileSync(join(study, '004-jpeg.dcm'), damagedJpeg(whole))
    return images
  }

  test('are listed by name with a reason, and the others go on', async () => {
    const { failures, record, images } = await attacked(write)
    expect(failures.map(({ file, code }) => [file, code])).toEqual([
      ['000-cut.dcm', 'dicom-unreadable'],
      ['002-header.dcm', 'dicom-unreadable'],
      ['004-jpeg.dcm', 'dicom-unreadable'],
    ])
    expect(record.failures).toEqual(failures.map(({ tip, ...rest }) => ({ ...rest, tip: tip ?? null })))
    expect(record.images.map(({ file }) => file)).toEqual(images.map(({ name }) => name))
    expect(JSON.stringify(record)).not.toContain(base)
  })

  test('alone are an error that names one', async () => {
    const onlyBroken = (study: string) => {
      const [image] = writeSeries(study, 1)
      writeFileSync(image!.path, readFileSync(image!.path).subarray(0, 400))
      return []
    }
    await expect(attacked(onlyBroken)).rejects.toMatchObject({
      code: 'dicom-unreadable',
      file: expect.stringContaining('001.dcm') as string,
    })
  })

  test('are the same for predictions', async () => {
    const { request, failures } = await attacked(write)
    expect((await predictStudy(request)).failures).toEqual(failures)
  })
})

/** The same image of another UID, whose pixels are said to be JPEG and are none. */
function damagedJpeg(whole: Buffer): Buffer {
  const [native, jpeg] = ['1.2.840.10008.1.2.1\0', '1.2.840.10008.1.2.4.70'].map((uid) => Buffer.from(uid))
  const at = whole.indexOf(native!)
  const meta = Buffer.concat([whole.subarray(0, at), jpeg!, whole.subarray(at + native!.length)])
  meta.writeUInt16LE(jpeg!.length, at - 2)
  meta.writeUInt32LE(meta.readUInt32LE(140) + jpeg!.length - native!.length, 140)
  const renamed = Buffer.from(meta.toString('latin1').replaceAll('2.25.7.1.1', '2.25.7.1.9'), 'latin1')
  const pixels = renamed.indexOf(Buffer.from([0xe0, 0x7f, 0x10, 0x00]))
  const fragment = Buffer.from(
    'fffe00e000000000fffe00e004000000deadbeeffffedde000000000'.replaceAll('fffe', 'feff'),
    'hex',
  )
  const header = Buffer.from('e07f10004f420000ffffffff', 'hex')
  return Buffer.concat([renamed.subarray(0, pixels), header, fragment])
}

test('a classifier whose card asks for a window that the file has not lists every image', async () => {
  const card = { intensity: { kind: 'voi-window' } }
  await expect(attacked((study) => writeSeries(study, 2), { card })).rejects.toMatchObject({
    code: 'dicom-unsupported',
    message: expect.stringContaining('2 failed, the first: ') as string,
  })
})

describe('a card that rounds to 8 bits', () => {
  const range = { lower: -1024, upper: 1024 }
  const card = { rounding: 'uint8' }
  const { mean, std } = tinyNormalisation
  const rounded = (value: number) => (Math.round((value * std + mean) * 255) / 255 - mean) / std

  test('is predicted by what is left, and the record says what gradients did', async () => {
    const { images, record, adversarialOf, classifier } = await attacked((study) => writeSeries(study, 2), {
      card,
    })
    images.forEach((image, index) => {
      const byHand = (values: readonly number[]) =>
        classifier.probabilities(tinyInput(image, values, range).map(rounded))
      const [frame] = record.images[index]!.frames
      expect(largestDifference(frame!.before.probabilities, byHand(image.values))).toBeLessThan(1e-5)
      expect(largestDifference(frame!.reread.probabilities, byHand(adversarialOf(image)))).toBeLessThan(1e-5)
    })
    expect(record.notices.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('Gradients went straight through the rounding to 8 bits'),
    )
  })

  test('has nothing to say of methods without gradients', async () => {
    const changes = { method: 'square', settings: { epsilon: '16/255', steps: 5 } }
    const { record } = await attacked((study) => writeSeries(study, 1), { card, changes })
    expect(record.notices).toEqual([])
  })
})

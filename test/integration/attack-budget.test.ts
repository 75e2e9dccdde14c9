import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeNpy } from '../../src/core/tensor/npy.ts'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { attackRequest, largestChange } from '../support/attack-requests.ts'
import { pixelsAtEnd, writeSeries, type SmallImage, type WrittenImage } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-budget')
let runs = 0

interface Attacked {
  readonly images: readonly WrittenImage[]
  readonly adversarial: readonly (readonly number[])[]
}

/** Two images attacked in a window of 400 HU that holds all of them. */
async function attacked(
  image: Partial<SmallImage>,
  changes: Partial<AttackRequest>,
  card: object = {},
): Promise<Attacked> {
  const folder = join(base, String(runs++))
  const [study, out] = [join(folder, 'study'), join(folder, 'out')]
  const images = writeSeries(study, 2, { lowest: 850, highest: 1150, ...image })
  const classifier = writeClassifier(
    folder,
    {},
    { intensity: { kind: 'hu-window', center: 0, width: 400 }, ...card },
  )
  const { record } = await attackStudy(attackRequest(classifier, { study, out }, changes))
  return {
    images,
    adversarial: images.map((one, i) => pixelsAtEnd(join(out, record.images[i]!.exported.series.path), one)),
  }
}

/** FGSM goes as far as it may. */
const fgsm = (epsilon: string) => ({ method: 'fgsm', settings: { epsilon } })
const halfSteps = { rescale: { slope: 0.5, intercept: -500 } }

test.each<[epsilon: string, storedLevels: number, image: Partial<SmallImage>]>([
  ['20HU', 20, {}],
  ['20HU', 40, halfSteps],
  ['20.9HU', 20, {}],
  ['8grey', 12, {}], // 8 / 255 · 400 = 12.5
  ['8/255', 12, {}],
  ['8/255', 25, halfSteps],
  ['0.03', 12, {}],
  ['2%', 8, {}],
  ['5levels', 5, {}],
  ['5levels', 5, halfSteps],
  ['20HU', 20, { photometric: 'MONOCHROME1' }],
  ['20HU', 20, { signed: true, rescale: { slope: 1, intercept: 0 }, lowest: -150, highest: 150 }],
  ['20HU', 20, { rescale: { slope: -1, intercept: 1000 } }],
])(
  'an epsilon of %s is %i stored levels, which are reached and not passed: %j',
  async (epsilon, levels, image) => {
    const { images, adversarial } = await attacked(image, fgsm(epsilon))
    for (const [i, { values }] of images.entries())
      expect(largestChange(values, adversarial[i]!)).toBe(levels)
  },
)

test.each(['smia', 'i-fgsm', 'pgd', 'mi-fgsm', 'ti-fgsm', 'noise'])(
  '%s keeps a budget of 20 HU over many steps',
  async (method) => {
    const settings = method === 'noise' ? { epsilon: '20HU' } : { epsilon: '20HU', steps: 12 }
    const { images, adversarial } = await attacked({}, { method, settings })
    for (const [i, { values }] of images.entries()) {
      expect(largestChange(values, adversarial[i]!)).toBeLessThanOrEqual(20)
      expect(largestChange(values, adversarial[i]!)).toBeGreaterThan(10)
    }
  },
)

test('an L2 budget holds over all pixels of an image after rounding', async () => {
  const { images, adversarial } = await attacked({}, { method: 'pgd-l2', settings: { epsilon: '0.5' } })
  for (const [i, { values }] of images.entries()) {
    const norm = Math.hypot(...values.map((value, pixel) => (adversarial[i]![pixel]! - value) / 400))
    expect(norm).toBeLessThanOrEqual(0.5)
    expect(norm).toBeGreaterThan(0.4)
  }
})

test.each(['MONOCHROME2', 'MONOCHROME1'] as const)(
  'padding stays, and no other pixel becomes padding (%s)',
  async (photometric) => {
    const padding = 900
    const { images, adversarial } = await attacked(
      { photometric, padding, lowest: 890, highest: 910 },
      fgsm('40HU'),
    )
    const padded = images.flatMap(({ values }, i) =>
      values.flatMap((value, at) => (value === padding ? [adversarial[i]![at]] : [])),
    )
    expect(new Set(padded)).toEqual(new Set([padding]))
    for (const [i, { values }] of images.entries())
      expect(adversarial[i]!.filter((value) => value === padding)).toHaveLength(
        values.filter((value) => value === padding).length,
      )
  },
)

test('values stay what the image’s bits can hold', async () => {
  const card = { intensity: { kind: 'stored-range' } }
  const { adversarial } = await attacked(
    { bitsStored: 8, rescale: undefined, modality: 'OT', lowest: 0, highest: 255 },
    fgsm('10%'),
    card,
  )
  expect(Math.min(...adversarial.flat())).toBe(0)
  expect(Math.max(...adversarial.flat())).toBe(255)
})

test('pixels outside the region of interest keep every bit, those inside move', async () => {
  const inside = (at: number) => at % 12 >= 3 && at % 12 < 9 && at >= 36
  const region = join(base, 'region.npy')
  const data = Uint8Array.from({ length: 144 }, (_, at) => Number(inside(at)))
  writeFileSync(region, writeNpy({ dataType: 'bool', shape: [12, 12], data }))
  const { images, adversarial } = await attacked({}, { ...fgsm('20HU'), region })
  for (const [i, { values }] of images.entries())
    for (const [at, value] of values.entries())
      if (inside(at)) expect(Math.abs(adversarial[i]![at]! - value)).toBe(20)
      else expect(adversarial[i]![at]).toBe(value)
})

test('a region of another size fails images by name, and a region that is no mask the run', async () => {
  const wrong = join(base, 'wrong.npy')
  writeFileSync(wrong, writeNpy({ dataType: 'uint8', shape: [10, 12], data: new Uint8Array(120) }))
  await expect(attacked({}, { region: wrong })).rejects.toMatchObject({
    code: 'dicom-unsupported',
    message: expect.stringMatching(
      /2 failed, the first: Region: expected the image's size 12 x 12, got a mask of 10 x 12/,
    ) as string,
    file: '001.dcm',
  })
  writeFileSync(wrong, writeNpy({ dataType: 'uint8', shape: [1, 12, 12], data: new Uint8Array(144) }))
  await expect(attacked({}, { region: wrong })).rejects.toMatchObject({ code: 'tensor-invalid', file: wrong })
})

test('a budget in HU needs images in HU', async () => {
  const image = { modality: 'MR', rescale: undefined }
  await expect(attacked(image, { ...fgsm('20HU'), forceIntensity: true })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('20 HU') as string,
  })
})

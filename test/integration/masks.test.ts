import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { askedComparison } from '../../src/core/spec/comparison-spec.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeSegmenter } from '../support/tiny-segmenters.ts'

const base = temporaryFolder('masks')
let studies = 0

/** Dark, with a grey square of 8x8 in it. */
const image = Array.from({ length: 12 * 12 }, (_, i) => (isIn(i, 2, 10) ? 1100 : 200))
/** The square as it is labelled: a column narrower. */
const indices = Array.from({ length: 12 * 12 }, (_, i) => Number(isIn(i, 2, 10) && i % 12 < 9))

function isIn(i: number, from: number, to: number): boolean {
  return [Math.floor(i / 12), i % 12].every((at) => at >= from && at < to)
}

function png(values: readonly number[], columns = 12): Uint8Array {
  return encode({
    width: columns,
    height: values.length / columns,
    data: Uint8Array.from(values),
    depth: 8,
    channels: 1,
  })
}

function studyOf(count: number) {
  const folder = join(base, String(studies++))
  const [study, masks, out] = ['study', 'masks', 'out'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  mkdirSync(masks, { recursive: true })
  const images = writeSeries(study, count, { values: image })
  const write = (name: string, content: Uint8Array | string) => {
    writeFileSync(join(masks, name), content)
  }
  return { folder, study, masks, out, images, write, segmenter: writeSegmenter(folder) }
}

function attack(made: ReturnType<typeof studyOf>, changes: Partial<AttackRequest> = {}) {
  const settings = { epsilon: '60/255', stepSize: '12/255', steps: 4 }
  return attackStudy(attackRequest(made.segmenter, made, { settings, labels: made.masks, ...changes }))
}

describe('PNG masks as labels', () => {
  test('by name: overlaps are against them, before and after', async () => {
    const made = studyOf(2)
    for (const name of ['001.png', '002.png']) made.write(name, png(indices))
    const { record } = await attack(made)
    const { before, after } = record.images[0]!.frames[0]!.segments!
    expect(record.labels).toBe('file')
    expect(before[0]!.dice).toBeGreaterThan(0.7)
    expect(before[0]!.dice).toBeLessThan(1)
    expect(after[0]!.dice).toBeLessThan(before[0]!.dice!)
    const verified = await verifyExport({
      folder: made.out,
      model: made.segmenter.model,
      home: base,
      device: 'cpu',
      threads: 1,
    })
    expect(verified.discrepancies).toEqual([])
  })

  test('by a table, and of chosen frames', async () => {
    const made = studyOf(1)
    made.write('a.png', png(indices))
    made.write('masks.csv', `SOPInstanceUID,mask\n${made.images[0]!.sopInstanceUid},a.png\n`)
    const { record } = await attack(made, { labels: join(made.masks, 'masks.csv') })
    expect(record.images[0]!.frames[0]!.label).toEqual([1])
  })

  test('predict says how the prediction agrees with them', async () => {
    const made = studyOf(2)
    made.write('001.png', png(indices))
    const { model, card } = made.segmenter
    const request = {
      study: [made.study],
      model,
      card,
      labels: made.masks,
      home: base,
      device: 'cpu',
      threads: 1,
    } as const
    const { segments, predictions } = await predictStudy(request)
    expect(segments!.map((each) => each.class)).toEqual(['grey', 'bright'])
    expect(segments![0]!.dice).toBeGreaterThan(0.7)
    expect(segments![1]!.dice).toBeNull()
    expect(predictions.map((each) => each.segments !== undefined)).toEqual([true, false])
  })

  test('as what is wanted', async () => {
    const made = studyOf(1)
    const wanted = join(made.folder, 'wanted')
    mkdirSync(wanted)
    writeFileSync(join(wanted, '001.png'), png(new Array<number>(144).fill(0)))
    const settings = { epsilon: '150/255', stepSize: '20/255', steps: 12 }
    const { record } = await attack(made, { labels: undefined, targetMasks: wanted, settings })
    expect(record.attack).toMatchObject({
      target: 'masks',
      targetMasks: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
    expect(record.images[0]!.frames[0]!.success).toBe(true)
  })

  test('a comparison attacks towards them too, by the loss and the criterion that are asked for', async () => {
    const made = studyOf(1)
    const targetMasks = join(made.folder, 'wanted')
    mkdirSync(targetMasks)
    writeFileSync(join(targetMasks, '001.png'), png(new Array<number>(144).fill(0)))
    const settings = { stepSize: '20/255', steps: 12 }
    const goal = { targetMasks, loss: 'dice', criterion: 'dice>=0.95' }
    const { record } = await attack(made, { ...goal, labels: undefined, settings: { ...settings, epsilon: '150/255' } }) // prettier-ignore
    const { comparison } = await compareStudy({
      ...askedComparison.parse({
        models: [made.segmenter.model],
        methods: [{ name: 'smia', settings }],
        ...goal,
        batch: 4,
        budgets: { Linf: ['150/255'], L2: [] },
      }),
      study: [made.study],
      out: join(made.folder, 'compared'),
      home: base,
      device: 'cpu',
      threads: 1,
    })
    expect(comparison.cells[0]?.fooled).toEqual(record.summary.fooled)
    expect(comparison.cells[0]?.meanL2).toBeCloseTo(record.summary.window.meanL2!, 9)
    const { targetMasks: sha256 } = record.attack
    expect(comparison).toMatchObject({ loss: 'dice', criterion: 'dice>=0.95', targetMasks: sha256 })
  })

  test('other masks make another run', async () => {
    const [one, other] = [studyOf(1), studyOf(1)]
    one.write('001.png', png(indices))
    other.write('001.png', png(indices.map((_, i) => Number(i === 40))))
    const ids = [await attack(one), await attack(other)].map(({ record }) => record.exportId)
    expect(ids[0]).not.toBe(ids[1])
  })
})

describe('masks that are refused, with the file and a remedy', () => {
  test.each([
    [
      'of another size',
      png(indices.slice(0, 60)),
      "Mask: expected the image's 12 rows x 12 columns, got 5 x 12",
    ],
    [
      'of an unknown class',
      png(indices.map((value) => value * 7)),
      'Mask: expected class indices below 3, got 7',
    ],
    ['of no image', Buffer.from('no PNG'), 'PNG: expected a sound image'],
  ])('%s', async (_name, content, message) => {
    const made = studyOf(1)
    made.write('001.png', content)
    const fault = { code: 'labels-invalid', message: expect.stringContaining(message) as string }
    await expect(attack(made)).rejects.toMatchObject(fault)
  })

  test('none for an image: the others are attacked', async () => {
    const made = studyOf(2)
    made.write('002.png', png(indices))
    const { failures } = await attack(made)
    expect(failures).toMatchObject([
      {
        file: '001.dcm',
        code: 'labels-invalid',
        message: expect.stringContaining('expected a mask for every image') as string,
      },
    ])
  })

  test('a folder without masks, a table without its columns, DICOM that is no segmentation', async () => {
    const made = studyOf(1)
    await expect(attack(made)).rejects.toMatchObject({ code: 'labels-invalid', file: made.masks })
    made.write('masks.csv', 'file,label\n001.dcm,1\n')
    await expect(attack(made, { labels: join(made.masks, 'masks.csv') })).rejects.toThrow(
      'expected the columns "file"',
    )
    await expect(attack(made, { labels: made.study })).rejects.toThrow(
      'expected DICOM SEG, got SOP class 1.2.840.10008.5.1.4.1.1.2',
    )
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import type { FrameReport } from '../../src/engine/export/image-result.ts'
import { attackRequest, imageResults } from '../support/attack-requests.ts'
import { writeImage, writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyHead } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-goals')
const strong = { settings: { epsilon: '60/255', stepSize: '6/255', steps: 12 } }
let runs = 0

async function attacked(
  changes: Partial<AttackRequest>,
  head: Partial<TinyHead> = {},
  prepare = (study: string): unknown => writeSeries(study, 6),
) {
  const folder = join(base, String(runs++))
  const [study, out] = [join(folder, 'study'), join(folder, 'out')]
  prepare(study)
  const report = await attackStudy(
    attackRequest(writeClassifier(folder, head), { study, out }, { ...strong, ...changes }),
  )
  return { ...report, out, frames: report.record.images.flatMap(({ frames }) => frames) }
}

describe('an attack with a target', () => {
  test.each([
    ['malignant', 2],
    ['0', 0],
  ])('drives every image to the class %s, and records its name', async (target, index) => {
    const { record, frames } = await attacked({ target })
    expect(record.attack).toMatchObject({
      target: ['normal', 'benign', 'malignant'][index],
      criterion: 'target reached',
    })
    for (const { reread, success } of frames) {
      expect(success).toBe(reread.classes.join() === String(index))
      expect(success).toBe(true)
    }
    expect(frames.some(({ metBefore }) => metBefore)).toBe(
      frames.some(({ before }) => before.classes[0] === index),
    )
  })

  test('reaches either decision of one logit', async () => {
    for (const target of ['normal', 'benign']) {
      const { frames } = await attacked({ target }, { activation: 'binary-sigmoid' })
      expect(new Set(frames.map(({ reread }) => reread.classes.join()))).toEqual(
        new Set([String(['normal', 'benign'].indexOf(target))]),
      )
    }
  })

  test('sets one more label of several', async () => {
    const { frames } = await attacked({ target: 'benign' }, { activation: 'multi-label-sigmoid' })
    expect(frames.every(({ reread, success }) => success && reread.classes.includes(1))).toBe(true)
    expect(frames.every(({ before }) => before.classes.includes(1))).toBe(false)
  })

  test('is told a class that there is not', async () => {
    await expect(attacked({ target: 'cyst' })).rejects.toMatchObject({
      code: 'usage',
      tip: "The model's classes are: 0 normal, 1 benign, 2 malignant.",
    })
  })
})

test('early stop leaves each image alone once it succeeds, with fewer iterations than all', async () => {
  const patient = await attacked({ earlyStop: false })
  const { out, frames } = await attacked({ earlyStop: true })
  expect(frames.every(({ success }) => success)).toBe(true)
  const traces = imageResults(out).map((result) => result.frames[0]!.trace)
  frames.forEach(({ iterations, before, label }, i) => {
    expect(label).toEqual(before.classes)
    expect(iterations).toBeLessThan(12)
    expect(traces[i]).toHaveLength(iterations)
    expect(traces[i]!.map(({ success }) => success)).toEqual([
      ...new Array<boolean>(iterations - 1).fill(false),
      true,
    ])
  })
  expect(patient.frames.map(({ iterations }) => iterations)).toEqual([12, 12, 12, 12, 12, 12])
})

describe('labels', () => {
  const labelled = async (
    csv: string,
    head: Partial<TinyHead> = {},
    prepare?: (study: string) => unknown,
  ) => {
    const labels = join(base, `labels-${runs}.csv`)
    writeFileSync(labels, csv)
    const report = await attacked({ labels }, head, prepare)
    return {
      ...report,
      labels: report.record.images.map(({ file, frames: [frame] }) => [file, frame!.label] as const),
    }
  }

  test('are found by the file’s name, with the class’s name or index', async () => {
    const { labels, record, failures } = await labelled(
      'file,label\n001.dcm,benign\n002.dcm,0\n003.dcm,2\n004.dcm,normal\n005.dcm,1\n006.dcm,1\n',
    )
    expect(labels.map(([, [label]]) => label)).toEqual([1, 0, 2, 0, 1, 1])
    expect(record.labels).toBe('file')
    expect(failures).toEqual([])
  })

  test('are found by the SOP Instance UID', async () => {
    const rows = [3, 1, 2, 6, 5, 4].map((number) => `2.25.7.1.${number},${number % 3}`)
    const { labels } = await labelled(`SOPInstanceUID,label\n${rows.join('\n')}\n`)
    expect(labels.map(([, [label]]) => label)).toEqual([1, 2, 0, 1, 2, 0])
  })

  test('decide what success is: an image that the model has wrong has it from the start', async () => {
    const { frames } = await labelled(
      'file,label\n001.dcm,0\n002.dcm,0\n003.dcm,0\n004.dcm,0\n005.dcm,0\n006.dcm,0\n',
    )
    const wrong = ({ before }: Omit<FrameReport, 'trace'>) => before.classes[0] !== 0
    expect(frames.map(({ metBefore }) => metBefore)).toEqual(frames.map(wrong))
    expect(new Set(frames.map(wrong))).toEqual(new Set([true, false]))
  })

  test('that are missing fail their images, and the others go on', async () => {
    const { labels, failures, record } = await labelled('file,label\n001.dcm,0\n003.dcm,1\n')
    expect(labels).toEqual([
      ['001.dcm', [0]],
      ['003.dcm', [1]],
    ])
    expect(failures.map(({ file, code }) => [file, code])).toEqual(
      ['002.dcm', '004.dcm', '005.dcm', '006.dcm'].map((file) => [file, 'labels-invalid']),
    )
    expect(record.failures.map(({ file }) => file)).toEqual(failures.map(({ file }) => file))
    expect(record.summary.slices).toBe(2)
  })

  test('by a bare name count where one image has it; elsewhere the path in the study is needed', async () => {
    const prepare = (study: string) => {
      writeImage(join(study, 'a'), 1)
      writeImage(join(study, 'b'), 1, { series: 2 })
      writeImage(join(study, 'b'), 2, { series: 2 })
    }
    const { labels, failures } = await labelled(
      'file,label\n001.dcm,1\nb/001.dcm,2\n002.dcm,0\n',
      {},
      prepare,
    )
    expect(labels).toEqual([
      ['b/001.dcm', [2]],
      ['b/002.dcm', [0]],
    ])
    expect(failures.map(({ file }) => file)).toEqual(['a/001.dcm'])
  })

  test('of a model of several are parted by semicolons; `none` sets none', async () => {
    const prepare = (study: string) => writeSeries(study, 2)
    const { labels } = await labelled(
      'file,label\n001.dcm,normal;2\n002.dcm,none\n',
      { activation: 'multi-label-sigmoid' },
      prepare,
    )
    expect(labels.map(([, label]) => label)).toEqual([[0, 2], []])
  })

  test('that belong to no image stop the run before it starts', async () => {
    await expect(labelled('file,label\nx.dcm,0\n')).rejects.toMatchObject({
      code: 'labels-invalid',
      message: expect.stringContaining('got 1 others') as string,
    })
  })
})

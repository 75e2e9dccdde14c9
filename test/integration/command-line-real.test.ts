import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const base = temporaryFolder('real-series')

describeWithSharedData('the command line on real series', () => {
  const card = join(base, 'breast-us.card.json')
  const training = z.object({ classes: z.array(z.string()), mean: z.number(), std: z.number() })
  const breastUs = ['--model', sharedData('models/breast-us/model.onnx'), '--card', card, '--device', 'cpu']
  beforeAll(() => {
    const { classes, mean, std } = training.parse(
      JSON.parse(readFileSync(sharedData('models/breast-us/training.json'), 'utf8')),
    )
    const own = {
      name: 'breast-us',
      intensity: { kind: 'stored-range', lower: 0, upper: 255 },
      fit: { kind: 'stretch' },
      interpolation: 'bilinear-antialiased',
    }
    writeFileSync(
      card,
      JSON.stringify({ ...own, mean: [mean], std: [std], output: { activation: 'softmax', classes } }),
    )
  })

  test('inspect tells three series apart', async () => {
    const report = jsonOf(await commandLine(['inspect', sharedData('series'), '--json'])) as {
      series: { modality: string; instances: number; orderedBy: string }[]
    }
    const found = report.series.map(({ modality, instances, orderedBy }) => [modality, instances, orderedBy])
    expect(found).toHaveLength(3)
    expect(found).toEqual(expect.arrayContaining([['CT', 28, 'geometry'], ['MR', 20, 'geometry'], ['US', 24, 'instance-number']])) // prettier-ignore
  })

  test('inspect lists what is broken and reads the rest', async () => {
    const ended = await commandLine(['inspect', sharedData('broken'), '--json'])
    const { series, failures } = jsonOf(ended) as {
      series: object[]
      failures: { message: string; tip: string | null }[]
    }
    expect(ended.code).toBe(3)
    expect(series.length).toBeGreaterThan(0)
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.every(({ message }) => !message.startsWith('internal'))).toBe(true)
  })

  test('predict says of every ultrasound image what PyTorch says', async () => {
    const labels = sharedData('series/breast-us/labels.csv')
    const ended = await commandLine([
      'predict',
      '--study',
      sharedData('series/breast-us'),
      ...breastUs,
      '--labels',
      labels,
      '--json',
    ])
    const { predictions, agreement } = jsonOf(ended) as {
      predictions: { file: string; prediction: string; label: string }[]
      agreement: { accuracy: object; confusion: number[][] }
    }
    const rows = parse<Record<'file' | 'class' | 'label' | 'predicted_by_torch', string>>(
      readFileSync(labels, 'utf8'),
      {
        columns: true,
      },
    )
    const classes = ['normal', 'benign', 'malignant']
    const expected = rows.map((row) => ({
      file: row.file,
      prediction: classes[Number(row.predicted_by_torch)],
      label: row.class,
    }))
    expect(predictions.map(({ file, prediction, label }) => ({ file, prediction, label }))).toEqual(expected)
    const right = rows.filter((row) => row.label === row.predicted_by_torch).length
    expect(agreement.accuracy).toMatchObject({ successes: right, count: 24 })
    expect(agreement.confusion.flat().reduce((sum, count) => sum + count)).toBe(24)
    expect(ended.code).toBe(0)
  })

  test('attack, then verify, on some ultrasound images', async () => {
    const some = readdirSync(sharedData('series/breast-us')).filter((name) => /^00[1-4]\.dcm$/.test(name))
    const files = some.map((name) => sharedData(`series/breast-us/${name}`))
    const folder = join(base, 'breast-us')
    const options = [
      '--labels',
      sharedData('series/breast-us/labels.csv'),
      '--epsilon',
      '8/255',
      '--steps',
      '4',
      '--export',
      'series,perturbation,smoothed',
      '--out',
      folder,
    ]
    const ended = await commandLine(['attack', '--study', ...files, ...breastUs, ...options])
    expect(ended).toMatchObject({ code: 0, err: expect.not.stringContaining('error') as string })
    expect(ended.out).toMatch(/Slices +4\n/)
    expect(ended.out).toMatch(/Fooled +[1-4] of 4 /)
    expect(ended.out).toContain(readFileSync(join(folder, 'summary.txt'), 'utf8'))
    const { code, out } = await commandLine(['verify', folder, ...breastUs.slice(0, 2), '--device', 'cpu'])
    expect(out).toMatch(/^Sound: 19 files as written, 4 images decoded; the model predicts what is recorded/)
    expect(code).toBe(0)
  })
})

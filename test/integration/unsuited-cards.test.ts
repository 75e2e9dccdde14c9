import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { startEngine, lastOf } from '../support/engine-client.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('unsuited-cards')
const window = { kind: 'hu-window', center: 0, width: 2048 }
const study = (name: string) => join(base, name)
let forCt: TinyClassifier
let out = 0
beforeAll(() => {
  writeSeries(study('ct'), 3)
  writeSeries(study('mr'), 3, { modality: 'MR', rescale: undefined, series: 2 })
  forCt = writeClassifier(base, {}, { intensity: window })
})

const commands = (name: string, { model, card }: Pick<TinyClassifier, 'model' | 'card'>) => {
  const images = ['--study', study(name)]
  const one = ['--model', model, '--card', card, '--device', 'cpu']
  return {
    predict: ['predict', ...images, ...one],
    attack: ['attack', ...images, ...one, '--method', 'fgsm', '--out', join(base, `out-${out++}`)],
    compare: [
      ...['compare', ...images, '--model', model, '--device', 'cpu', '--method', 'fgsm'],
      ...['--epsilon', '4/255', '--out', join(base, `out-${out++}`)],
    ],
  }
}

describe('a window in HU on a series that has none', () => {
  test.each(['predict', 'attack', 'compare'] as const)('is refused by %s, by name', async (name) => {
    const { code, out: said, err } = await commandLine(commands('mr', forCt)[name])
    expect(code).toBe(1)
    expect(err).toContain(
      "The model card's window is in HU, but this series' values are in US (unspecified).",
    )
    expect(err).toContain('--force-intensity')
    expect(said).toBe('')
  })

  test.each(['predict', 'attack', 'compare'] as const)(
    'is applied by %s where that is forced',
    async (name) => {
      const { code } = await commandLine([...commands('mr', forCt)[name], '--force-intensity'])
      expect(code).toBe(0)
    },
  )

  test('is recorded where it was forced, and told when the export is verified', async () => {
    const folder = join(base, 'forced')
    const args = ['attack', '--study', study('mr'), '--model', forCt.model, '--card', forCt.card]
    const more = ['--method', 'fgsm', '--device', 'cpu', '--out', folder, '--force-intensity', '--json']
    const { record } = jsonOf(await commandLine([...args, ...more])) as {
      record: { notices: { message: string; tip: string }[] }
    }
    expect(record.notices[0]?.message).toMatch(/window is in HU/)
    expect(record.notices[0]?.tip).toMatch(/applied all the same/)
    const verified = await commandLine(['verify', folder, '--model', forCt.model, '--device', 'cpu'])
    expect(verified).toMatchObject({ code: 0, err: expect.stringContaining('window is in HU') as string })
  })

  test('leaves the images behind that it does not suit, and goes on with the others', async () => {
    const { predict } = commands('ct', forCt)
    const { code, out: said } = await commandLine([...predict, '--study', study('ct'), study('mr')])
    expect(code).toBe(3)
    expect(said).toContain('3 inputs failed')
  })
})

interface Compared {
  readonly cells: readonly { readonly transfer: readonly object[] }[]
  readonly warnings: readonly { readonly check: string; readonly message: string }[]
}

describe('a judge of images that its card does not suit', () => {
  const percentiles = { kind: 'percentile', lower: 1, upper: 99, of: 'image' }
  const compared = async (...more: string[]) => {
    const any = writeClassifier(join(base, `any-${out++}`), {}, { intensity: percentiles })
    const folder = join(base, `out-${out++}`)
    const models = ['--model', any.model, '--model', forCt.model, '--device', 'cpu']
    const attack = [
      '--method',
      'fgsm',
      '--epsilon',
      '4/255',
      '--transfer',
      '--out',
      folder,
      '--json',
      ...more,
    ]
    const studies = ['--study', study('ct'), study('mr')]
    const report = jsonOf(await commandLine(['compare', ...studies, ...models, ...attack])) as {
      comparison: Compared
    }
    return report.comparison
  }

  test('leaves them out of the transfer, and a warning says so', async () => {
    const { cells, warnings } = await compared()
    expect(cells[0]?.transfer).toMatchObject([{ model: 1, slices: 3 }])
    expect(warnings.filter(({ check }) => check === 'unsuited-judge')).toMatchObject([
      { model: 1, message: expect.stringMatching(/^3 of 6 slices .*window is in HU.*left out/) as string },
    ])
  })

  test('judges them where that is forced, and the warning says so', async () => {
    const { cells, warnings } = await compared('--force-intensity')
    expect(cells[0]?.transfer).toMatchObject([{ model: 1, slices: 6 }])
    expect(warnings.find(({ check }) => check === 'unsuited-judge')?.message).toMatch(/judged all the same/)
  })
})

test.each([
  ['ct', { modality: 'MG' }, 'for images of the modality MG, but this series is CT'],
  ['ct', { intensity: { ...window, center: 9000, width: 10 } }, 'lie beyond the model card'],
  ['mr', { intensity: { kind: 'modality-range', lower: 1e6, upper: 2e6 } }, '100 % of this series'],
  ['mr', { intensity: { kind: 'stored-range', lower: 0, upper: 1e6 } }, 'All of this series'],
] as const)('of a series %s the card %j is refused', async (name, changes, reason) => {
  const folder = join(base, `card-${out++}`)
  const classifier = writeClassifier(folder, {}, changes)
  const { code, err } = await commandLine(commands(name, classifier).predict)
  expect(code).toBe(1)
  expect(err).toContain(reason)
})

test('a card that names the series’ modality is applied to it', async () => {
  const classifier = writeClassifier(join(base, 'named'), {}, { modality: ['CT', 'MR'] })
  expect((await commandLine(commands('ct', classifier).predict)).code).toBe(0)
})

describeWithSharedData('the thorax model and a head MR', () => {
  test('make no quiet prediction, and the application has a reason to ask', async () => {
    const mr = sharedData('series/mr-head')
    const engine = await startEngine()
    try {
      const { client } = engine
      await client.settings.set.mutate({ device: 'cpu' })
      const opened = await lastOf(await client.studies.open.mutate({ paths: [mr] }), 'study')
      const asked = { study: opened.study.id, model: 'phantom-thorax' }
      const reasons = await client.models.mismatches.query(asked)
      expect(reasons.map(({ message }) => message)).toEqual([
        "The model card's window is in HU, but this series' values are in US (unspecified).",
      ])
      const events = await client.models.predict.mutate({ ...asked, images: [10], forceIntensity: true })
      const { predictions, notices } = await lastOf(events, 'predictions')
      expect(predictions).toHaveLength(1)
      expect(notices[0]?.message).toMatch(/window is in HU/)
      const sample = await lastOf(
        await client.studies.open.mutate({ paths: ['resources/sample/study'] }),
        'study',
      )
      expect(await client.models.mismatches.query({ ...asked, study: sample.study.id })).toEqual([])
    } finally {
      await engine.end()
    }
  }, 60_000)
})

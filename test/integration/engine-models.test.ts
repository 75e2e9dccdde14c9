import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lossKindOf, predictionsOf, targetsOf } from '../../src/core/tasks/classification/heads.ts'
import { addModel as keepModel } from '../../src/engine/models/model-store.ts'
import { connectModel } from '../../src/engine/models/open-model.ts'
import { pixelModel } from '../../src/engine/models/pixel-model.ts'
import { createImageLoader } from '../../src/engine/study/load-image.ts'
import { openWorkbench } from '../../src/engine/workbench.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { keepModelFile, lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'

const sample = join(import.meta.dirname, '../../resources/sample')
const model = 'phantom-thorax'
const file = join(sample, 'model/phantom-thorax.onnx')

describe('the engine and models', () => {
  const folder = mkdtempSync(join(tmpdir(), 'radversary-models-'))
  let engine: TestEngine
  let study: StudyInfo
  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    study = (
      await lastOf(await engine.client.studies.open.mutate({ paths: [join(sample, 'study')] }), 'study')
    ).study
  })
  afterAll(async () => {
    await engine.end()
    rmSync(folder, { recursive: true })
  })

  it('lists the sample’s models, the classifier first, adds others under the names in their cards, and tells of broken ones', async () => {
    const { models, broken } = await engine.client.models.list.query()
    expect(broken).toEqual([])
    expect(models[0]).toMatchObject({ name: model, source: 'sample', path: file })
    const samples = models.map(({ name }) => name)
    expect(samples).toContain('phantom-thorax-lungs')
    const card = join(folder, 'card.json')
    writeFileSync(card, JSON.stringify({ ...models[0]!.card, name: 'mine' }))
    expect(await keepModelFile(engine, file, card)).toMatchObject({
      name: 'mine',
      source: 'added',
    })
    writeFileSync(join(engine.home, 'models/mine/card.json'), '{')
    const after = await engine.client.models.list.query()
    expect(after.models.map(({ name }) => name)).toEqual(samples)
    expect(after.broken).toMatchObject([{ name: 'mine', error: { code: 'card-invalid' } }])
  })

  it('keeps a name the sample’s: it adds no other under it, and lists one from the command line as broken', async () => {
    const namesake = join(folder, 'namesake.json')
    writeFileSync(namesake, JSON.stringify((await engine.client.models.list.query()).models[0]!.card))
    await expect(keepModelFile(engine, file, namesake)).rejects.toThrow(`expected a new name, got ${model}`)
    await keepModel({ model: file, card: namesake, home: engine.home })
    const { models, broken } = await engine.client.models.list.query()
    expect(models.filter(({ name }) => name === model)).toMatchObject([{ source: 'sample', path: file }])
    expect(broken.find(({ name }) => name === model)).toMatchObject({
      source: 'added',
      error: { code: 'export-conflict', file: join(engine.home, 'models', model) },
    })
  })

  it('predicts every image, with the labels beside', async () => {
    const labels = join(sample, 'study/labels.csv')
    const events = await engine.client.models.predict.mutate({ study: study.id, model, labels })
    const { predictions, agreement, classes } = await lastOf(events, 'predictions')
    expect(predictions.length).toBe(28)
    expect(classes.length).toBe(3)
    expect(agreement?.accuracy.rate).toBeGreaterThan(0.9)
    const some = await lastOf(
      await engine.client.models.predict.mutate({ study: study.id, model, images: [3, 5] }),
      'predictions',
    )
    expect(some.predictions.map(({ probabilities }) => probabilities.map((p) => p.toFixed(4)))).toEqual(
      [3, 5].map((place) => predictions[place]!.probabilities.map((p) => p.toFixed(4))),
    )
  })

  it('shows what the model sees', async () => {
    const { rows, columns, channels, pixels, range } = await engine.client.models.preview.query({
      study: study.id,
      image: 12,
      model,
    })
    const info = await engine.client.models.show.query({ model })
    expect([rows, columns]).toEqual(info.card.input.size)
    expect(range).toMatchObject({ domain: 'modality', unit: 'HU' })
    const grey = Buffer.from(pixels, 'base64')
    expect(grey.length).toBe(rows * columns * channels)
    expect(new Set(grey).size).toBeGreaterThan(20)
  })

  it('gives a size of change in every unit', async () => {
    const address = { study: study.id, image: 0, model }
    const budget = await engine.client.attacks.budget.query({ ...address, text: '8/255' })
    expect(budget.relative).toBeCloseTo(8 / 255)
    expect(budget.greyLevels).toBeCloseTo(8)
    expect(budget.hu).toBeCloseTo((8 / 255) * 1500)
    expect(await engine.client.attacks.budget.query({ ...address, text: `${budget.hu}HU` })).toMatchObject({
      relative: budget.relative,
    })
    expect((await engine.client.attacks.methods.query()).map(({ name }) => name)).toContain('smia')
  })

  it('gives the gradient of the loss on the image’s own grid', async () => {
    const response = await engine.get(`/frames/${study.id}/12/0/gradient?model=${model}`)
    expect(response.headers.get('x-type')).toBe('float32')
    const gradient = new Float32Array(await response.arrayBuffer())
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0))
    expect(norm).toBeGreaterThan(0)
    // Along the gradient the loss changes by step · |gradient|.
    const step = 0.02
    const [ahead, behind] = await lossesAlong(
      gradient.map((g) => g / norm),
      [step, -step],
    )
    expect((ahead! - behind!) / (2 * step) / norm).toBeCloseTo(1, 1)
  })

  it('says which model there is not', async () => {
    const response = await engine.get(`/frames/${study.id}/12/0/gradient?model=none`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'usage' } })
  })

  /** The loss of what the model predicts for image 12, at points along a direction from it. */
  async function lossesAlong(direction: Float32Array, steps: readonly number[]): Promise<number[]> {
    const request = { study: [join(sample, 'study')], model: file, home: engine.home, device: 'cpu' }
    const bench = await openWorkbench(request, {})
    const [frame] = (await createImageLoader(bench.study, bench.opened.card).load(bench.images[12]!)).frames
    const { shape, data } = frame!.float.relative
    const pixels = pixelModel(await connectModel(bench.opened, bench.runtime), bench.opened.card)
    const seen = pixels.forShape(shape)
    const { output, task } = bench.opened.card
    if (task !== 'classification') throw new Error('the sample is a classifier')
    const labels = predictionsOf(output, await seen.predict(frame!.float.relative)).map(
      ({ classes }) => classes,
    )
    const loss = { kind: lossKindOf(output), terms: [{ target: targetsOf(output, labels), weight: 1 }] }
    const losses: number[] = []
    for (const step of steps) {
      const moved = { shape, data: data.map((x, i) => x + step * (direction[i] ?? NaN)) }
      losses.push((await seen.lossAndGradient(moved, loss)).loss[0]!)
    }
    await pixels.dispose()
    return losses
  }
})

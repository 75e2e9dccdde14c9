import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withPart } from '../../src/core/model/card-place.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { npyFromTensor, writeNpy } from '../../src/core/tensor/npy.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'
import { uniformTensor } from '../support/numbers.ts'
import { writeImage } from '../support/small-study.ts'
import { sequenceNormalisation, writeSequenceModel, writeSequences } from '../support/tiny-sequences.ts'
import { writeVolumeAnswers } from '../support/tiny-volumes.ts'

const sample = join(import.meta.dirname, '../../resources/sample')
const sampleModel = 'phantom-thorax'

/** What the sample's card says and its file does not. */
const rest = {
  intensity: { kind: 'hu-window', center: -600, width: 1500 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear-antialiased',
}

describe('cards that are being written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'radversary-cards-'))
  const model = join(folder, 'cardless.onnx')
  let engine: TestEngine
  let study: StudyInfo
  let whole: Readonly<Record<string, unknown>>
  beforeAll(async () => {
    copyFileSync(join(sample, 'model/phantom-thorax.onnx'), model)
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    const events = await engine.client.studies.open.mutate({ paths: [join(sample, 'study')] })
    study = (await lastOf(events, 'study')).study
    const { card } = await engine.client.models.show.query({ model: sampleModel })
    whole = { ...card, name: 'cardless' }
  }, 60_000)
  afterAll(async () => {
    await engine.end()
    rmSync(folder, { recursive: true })
  })
  const draft = (given: Readonly<Record<string, unknown>>) =>
    engine.client.models.cards.draft.mutate({ model, given })

  it('say what was read off, what is needed and why, and which fields there are', async () => {
    const { card, issues, fields, form, proposed, cardFile } = await engine.client.models.cards.draft.mutate({
      model,
    })
    expect(cardFile).toBeNull()
    expect(card).toMatchObject({ name: 'cardless', task: 'classification', input: { layout: 'NCHW' } })
    expect(proposed).toContain('input.layout')
    expect(issues.filter(({ isMissing }) => isMissing).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['intensity', 'fit', 'interpolation', 'mean', 'std']),
    )
    expect(fields.find(({ field }) => field === 'intensity.kind')).toMatchObject({ kind: 'choice' })
    expect(form).toBeNull()
  })

  it('tell each fault at its field, of the card and against the graph', async () => {
    const { issues } = await draft({
      ...whole,
      intensity: { kind: 'hu-window', center: -600 },
      std: [0],
      input: { name: 'other', layout: 'NCHW', size: [64, 64], channels: 1 },
    })
    expect(issues.map(({ field, isMissing }) => [field, isMissing])).toEqual([
      ['intensity.width', true],
      ['std[0]', false],
    ])
    const against = await draft({ ...whole, input: { ...(whole['input'] as object), size: [9, 9] } })
    expect(against.issues).toMatchObject([{ field: 'input', isMissing: false }])
  })

  it('take presets, and are whole once nothing is missing', async () => {
    const presets = await engine.client.models.cards.presets.query()
    const torchvision = presets.find(({ name }) => name === 'torchvision')!
    const { card } = await draft(withPart(rest, torchvision.card))
    expect(card).toMatchObject({ intensity: rest.intensity, fit: { kind: 'centre-crop' }, rounding: 'uint8' })
    expect((await draft(whole)).form).toMatchObject({ labels: { file: 'labels.csv' } })
  })

  it('show what the model would see, its numbers, and how much is clipped', async () => {
    const address = { study: study.id, image: 12, frame: 0 }
    const preview = (given: unknown) => engine.client.models.cards.preview.mutate({ ...address, given })
    expect(await preview({ ...whole, intensity: null })).toBeNull()
    const windows = [{ kind: 'window', center: 40, width: 80 }]
    const ofItsOwn = { kind: 'percentile', lower: 1, upper: 99, of: 'image' }
    const channels = { ...(whole['input'] as object), channels: windows }
    expect(await preview({ ...whole, intensity: ofItsOwn, input: channels })).toBeNull()
    expect(await preview({ ...whole, mean: [0, 0, 0, 0] })).toBeNull()
    const { card } = await draft(whole)
    const only = async (given: unknown) => (await preview(given))![0]!
    expect(await preview(card)).toHaveLength(1)
    const shown = await only(card)
    const kept = await engine.client.models.preview.query({ ...address, model: sampleModel })
    expect(shown).toMatchObject({ pixels: kept.pixels, range: kept.range, steps: kept.steps })
    const pixels = kept.rows * kept.columns
    expect(shown.input.map(({ counts }) => counts.reduce((sum, count) => sum + count))).toEqual([pixels])
    const { mean, std } = card as { mean: number[]; std: number[] }
    expect(shown.input[0]!.from).toBeGreaterThanOrEqual((0 - mean[0]!) / std[0]! - 1e-5)
    expect(shown.input[0]!.to).toBeLessThanOrEqual((1 - mean[0]!) / std[0]! + 1e-5)
    const narrow = await only({ ...card, intensity: { kind: 'hu-window', center: -600, width: 2 } })
    expect(narrow.clippedAt).toEqual([-601, -599])
    const { below, above } = narrow.clipped![0]!
    expect(below + above).toBeGreaterThan(0.9)
    expect((await only({ ...card, clip: false })).clipped).toBeNull()
    const { from, to, counts } = narrow.image
    const middles = counts.map((_, bin) => from + ((bin + 0.5) * (to - from)) / counts.length)
    const all = counts.reduce((sum, count) => sum + count)
    const darker = counts.filter((_, bin) => middles[bin]! < -601).reduce((sum, count) => sum + count, 0)
    expect(Math.abs(darker / all - below)).toBeLessThan(0.05)
  })

  it('show each series that is a channel, at the place of the chosen image', async () => {
    const sequences = join(folder, 'sequences')
    const written = writeSequences(sequences)
    const { card } = writeSequenceModel(join(folder, 'four'), false, {
      volume: undefined,
      normalisation: undefined,
    })
    const events = await engine.client.studies.open.mutate({ paths: [sequences] })
    const opened = (await lastOf(events, 'study')).study
    const chosen = opened.series
      .find(({ description }) => description === 'FLAIR')!
      .images.find(({ sopInstanceUid }) => sopInstanceUid === written[3]![1]!.sopInstanceUid)!
    const given = (
      await engine.client.models.cards.draft.mutate({
        model: join(folder, 'four/sequences.onnx'),
        given: JSON.parse(readFileSync(card, 'utf8')) as Record<string, unknown>,
      })
    ).card
    const address = { study: opened.id, image: chosen.index, frame: 0 }
    const channels = (await engine.client.models.cards.preview.mutate({ ...address, given }))!
    expect(channels.map(({ name }) => name)).toEqual(['T1', 'T1 post Gd', 'FLAIR', 'T2'])
    const { mean, std } = sequenceNormalisation
    const ranges = [0, 1, 3, 2].map((series) => written[series]!.flatMap(({ values }) => values))
    const slices = [0, 1, 3, 2].map((series) => written[series]![1]!.values)
    channels.forEach(({ input, channels: count }, n) => {
      const [least, most] = [Math.min(...ranges[n]!), Math.max(...ranges[n]!)]
      const seen = (value: number) => ((value - least) / (most - least) - mean[n]!) / std[n]!
      expect([count, input.length]).toEqual([1, 1])
      expect(input[0]!.from).toBeCloseTo(seen(Math.min(...slices[n]!)), 4)
      expect(input[0]!.to).toBeCloseTo(seen(Math.max(...slices[n]!)), 4)
    })
  })

  it('are tried on a few images, with labels, and say what the card that is kept would', async () => {
    const images = [3, 9, 14, 20, 26]
    const labels = join(sample, 'study/labels.csv')
    const asked = { study: study.id, frames: images.map((image) => ({ image, frame: 0 })), labels }
    const tried = await engine.client.models.cards.try.mutate({ ...asked, model, given: whole })
    const events = await engine.client.models.predict.mutate({
      study: study.id,
      images,
      labels,
      model: sampleModel,
    })
    const { predictions, agreement } = await lastOf(events, 'predictions')
    expect(tried.predictions).toEqual(predictions)
    expect(tried.agreement).toEqual(agreement)
    const other = await engine.client.models.cards.try.mutate({
      ...asked,
      model,
      given: { ...whole, intensity: { kind: 'hu-window', center: 3000, width: 10 } },
    })
    expect(other.predictions).not.toEqual(predictions)
    expect(other.notices.map(({ message }) => message).join()).toMatch(/of this series' values lie beyond/)
  })

  it('are tried whatever their references are: these are checked when a card is kept', async () => {
    const references = [{ input: 'none.npy', output: 'none.npy' }]
    const frames = [{ image: 3, frame: 0 }]
    const given = { ...whole, references }
    await engine.client.models.cards.try.mutate({ study: study.id, frames, model, given })
    expect(existsSync(join(engine.home, 'references'))).toBe(false)
  })

  it('are tried on the frames that are asked for alone', async () => {
    const path = join(folder, 'frames')
    writeImage(path, 1, { frames: 6 })
    const opened = await lastOf(await engine.client.studies.open.mutate({ paths: [path] }), 'study')
    const frames = [1, 4].map((frame) => ({ image: 0, frame }))
    const asked = { study: opened.study.id, frames, model, given: whole }
    const { predictions } = await engine.client.models.cards.try.mutate(asked)
    expect(predictions.map(({ frame }) => frame)).toEqual([2, 5])
  })

  it('are connected anew where a volume is resampled in another way', async () => {
    const { model: path, card } = writeVolumeAnswers(join(folder, 'volume'), [4, 12, 12])
    const given = JSON.parse(readFileSync(card, 'utf8')) as Record<string, unknown>
    const tried = async (interpolation: string) => {
      const frames = [{ image: 3, frame: 0 }]
      const asked = { study: study.id, frames, model: path, given: { ...given, interpolation } }
      return (await engine.client.models.cards.try.mutate(asked)).predictions[0]!.probabilities
    }
    expect(await tried('bilinear')).not.toEqual(await tried('nearest'))
  })

  it('are read anew where a file beside the model has changed', async () => {
    const config = join(folder, 'preprocessor_config.json')
    const meanOf = async () => (await draft({})).readOff['mean']
    expect(await meanOf()).toBeUndefined()
    writeFileSync(config, JSON.stringify({ image_processor_type: 'ViT', image_mean: [0.25], image_std: [1] }))
    expect(await meanOf()).toEqual([0.25])
    rmSync(config)
    expect(await meanOf()).toBeUndefined()
  })

  it('are kept beside the model, where another is replaced only when that is said, and in the workspace', async () => {
    const { cards, list, show } = engine.client.models
    const path = await cards.save.mutate({ model, given: whole, replace: false })
    expect(path).toBe(join(folder, 'cardless.card.json'))
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ file: 'cardless.onnx', name: 'cardless' })
    await expect(cards.save.mutate({ model, given: whole, replace: false })).rejects.toThrow(/got one/)
    const renamed = { ...whole, name: 'renamed' }
    expect(await cards.save.mutate({ model, given: renamed, replace: true })).toBe(path)
    expect(await cards.keep.mutate({ model, given: renamed })).toMatchObject({
      name: 'renamed',
      source: 'added',
    })
    expect((await list.query()).models.map(({ name }) => name)).toContain('renamed')
    const edited = { ...renamed, provenance: { source: 'edited' } }
    await cards.save.mutate({ model: 'renamed', given: edited, replace: true })
    expect((await show.query({ model: 'renamed' })).card.provenance.source).toBe('edited')
    expect(existsSync(join(engine.home, 'models/renamed/model.card.json'))).toBe(false)
    await expect(
      cards.save.mutate({ model: 'renamed', given: { ...edited, name: 'again' }, replace: true }),
    ).rejects.toThrow(/expected the name renamed/)
  })

  it('are kept with the files that they name, from wherever they were picked', async () => {
    const { cards } = engine.client.models
    const [from, to] = [join(folder, 'picked'), join(folder, 'elsewhere')]
    for (const each of [from, to]) mkdirSync(each)
    copyFileSync(model, join(to, 'lungs.onnx'))
    const image = writeNpy(npyFromTensor(uniformTensor([1, 1, 128, 128], 1, [0, 1])))
    writeFileSync(join(from, 'in.npy'), image)
    writeFileSync(join(from, 'out.npy'), writeNpy(npyFromTensor(uniformTensor([1, 3], 2, [0, 1]))))
    const references = [{ input: 'in.npy', output: 'out.npy' }]
    const card = join(from, 'any.card.json')
    const given = { ...whole, references }
    writeFileSync(card, JSON.stringify(given))
    const asked = { model: join(to, 'lungs.onnx'), card, given, replace: false }
    writeFileSync(join(to, 'in.npy'), 'of somebody else')
    await expect(cards.save.mutate(asked)).rejects.toThrow(/another one of this name/)
    expect(existsSync(join(to, 'lungs.card.json'))).toBe(false)
    rmSync(join(to, 'in.npy'))
    await cards.save.mutate(asked)
    expect(readFileSync(join(to, 'in.npy')).equals(image)).toBe(true)
    expect(existsSync(join(to, 'out.npy'))).toBe(true)
    const { besideCard, cardFile } = await cards.draft.mutate({ model: asked.model, given, card })
    expect([besideCard, cardFile]).toEqual([join(to, 'lungs.card.json'), card])
  })
})

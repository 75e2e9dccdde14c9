import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withPart } from '../../src/core/model/card-place.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'

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
    const { card } = await draft(whole)
    const shown = (await preview(card))!
    const kept = await engine.client.models.preview.query({ ...address, model: sampleModel })
    expect(shown).toMatchObject({ pixels: kept.pixels, range: kept.range, steps: kept.steps })
    const pixels = kept.rows * kept.columns
    expect(shown.input.map(({ counts }) => counts.reduce((sum, count) => sum + count))).toEqual([pixels])
    const { mean, std } = card as { mean: number[]; std: number[] }
    expect(shown.input[0]!.from).toBeGreaterThanOrEqual((0 - mean[0]!) / std[0]! - 1e-5)
    expect(shown.input[0]!.to).toBeLessThanOrEqual((1 - mean[0]!) / std[0]! + 1e-5)
    const narrow = (await preview({ ...card, intensity: { kind: 'hu-window', center: -600, width: 2 } }))!
    expect(narrow.clippedAt).toEqual([-601, -599])
    const { below, above } = narrow.clipped[0]!
    expect(below + above).toBeGreaterThan(0.9)
    const { from, to, counts } = narrow.image
    const middles = counts.map((_, bin) => from + ((bin + 0.5) * (to - from)) / counts.length)
    const all = counts.reduce((sum, count) => sum + count)
    const darker = counts.filter((_, bin) => middles[bin]! < -601).reduce((sum, count) => sum + count, 0)
    expect(Math.abs(darker / all - below)).toBeLessThan(0.05)
  })

  it('are tried on a few images, with labels, and say what the card that is kept would', async () => {
    const images = [3, 9, 14, 20, 26]
    const labels = join(sample, 'study/labels.csv')
    const asked = { study: study.id, images, labels }
    const tried = await engine.client.models.cards.try.mutate({ ...asked, model, given: whole })
    const events = await engine.client.models.predict.mutate({ ...asked, model: sampleModel })
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
})

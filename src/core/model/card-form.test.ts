import { describe, expect, test } from 'vitest'
import { cardForm } from './card-form.ts'
import { withValue } from './card-place.ts'
import { cardPresets, withPreset } from './card-presets.ts'
import { parseCard } from './card.ts'
import type { ModelFacts } from './model-facts.ts'

const facts: ModelFacts = {
  file: 'model.onnx',
  inputs: [{ name: 'image', shape: [null, 3, 224, 224] }],
  outputs: [{ name: 'scores', shape: [null, 2], finalOp: undefined }],
  metadata: {},
}

const fieldsOf = (card: Readonly<Record<string, unknown>>) =>
  cardForm({ task: 'classification', ...card }, facts)
const named = (card: Readonly<Record<string, unknown>>, field: string) =>
  fieldsOf(card).find((each) => each.field === field)

/** Cards in which every choice of every kind is made once. */
function* everyCard(): Generator<Readonly<Record<string, unknown>>> {
  const queue: Readonly<Record<string, unknown>>[] = [
    {
      input: { slices: {}, volume: {} },
      provenance: {},
      inputs: { age: {} },
      references: [{}],
      normalisation: [{}],
    },
    { input: { channels: [{}] } },
    { input: { channels: [{ kind: 'series', normalisation: [{}] }] } },
  ]
  const seen = new Set<string>()
  for (const card of queue) {
    yield card
    for (const { field, choices } of fieldsOf(card))
      for (const { value, keeps } of choices ?? []) {
        if (keeps === undefined || seen.has(`${field}=${value} ${JSON.stringify(card['task'])}`)) continue
        seen.add(`${field}=${value} ${JSON.stringify(card['task'])}`)
        queue.push(withValue(card, field, value))
      }
  }
}

describe('the form of a card', () => {
  test('has a label, a reason and an example for every field that the schema knows, and words for every choice', () => {
    const cards = [...everyCard()]
    expect(cards.length).toBeGreaterThan(20)
    for (const card of cards)
      for (const { field, section, reason, example, choices = [], kind } of fieldsOf(card)) {
        expect({ field, section }).not.toEqual({ field, section: 'Other' })
        expect(reason, field).toMatch(/\.$/)
        expect(example, field).not.toBe('')
        if (kind === 'choice')
          for (const { value, label } of choices)
            expect(field === 'input.name' || label !== String(value), `${field}: ${value}`).toBe(true)
      }
  })

  test('shows what holds where the card says nothing', () => {
    expect(named({}, 'clip')).toMatchObject({ kind: 'yes-no', preset: true })
  })

  test('has rows for inputs beside the image, references and steps of a normalisation, and no JSON', () => {
    const inputs = { 'age.1': { kind: 'attribute' }, sex: { kind: 'constant' } }
    const steps = [{ kind: 'z-score', region: { kind: 'above' } }, { kind: 'clip' }]
    const card = { inputs, normalisation: steps, references: [{}] }
    const fields = fieldsOf(card)
    expect(named(card, 'inputs["age.1"]')).toMatchObject({ kind: 'entry', label: 'Input age.1' })
    expect(named(card, 'inputs["age.1"].attribute')).toMatchObject({ kind: 'text', isRequired: true })
    expect(named(card, 'inputs["age.1"].values')?.kind).toBe('pairs')
    expect(named(card, 'inputs.sex.value')?.kind).toBe('numbers')
    expect(named(card, 'normalisation[0].region.value')?.kind).toBe('number')
    expect(named(card, 'normalisation[1]')).toMatchObject({ kind: 'entry', label: 'Step 2' })
    expect(named(card, 'references[0].image')?.kind).toBe('texts')
    const places = fields.map(({ field }) => field)
    const ofSteps = places.filter((field) => field.startsWith('normalisation'))
    expect(places.slice(places.indexOf('normalisation')).slice(0, ofSteps.length)).toEqual(ofSteps)
    expect(fields.filter(({ kind }) => kind === 'json')).toEqual([])
  })

  test('has rows for channels that are windows or series, beside the choice of one or three', () => {
    const series = { kind: 'series', match: {}, intensity: { kind: 'hu-window' } }
    const card = { input: { channels: [{ kind: 'window' }, series] } }
    expect(named({}, 'input.channels')).toMatchObject({ kind: 'choice', entry: 'Channel' })
    expect(named(card, 'input.channels[0]')).toMatchObject({ kind: 'entry', label: 'Channel 1' })
    expect(named(card, 'input.channels[0].width')).toMatchObject({ kind: 'number', isRequired: true })
    expect(named(card, 'input.channels[1].match')).toMatchObject({ kind: 'pairs' })
    expect(named(card, 'input.channels[1].intensity.center')).toMatchObject({ label: 'Center, HU' })
    expect(fieldsOf(card).filter(({ kind }) => kind === 'json')).toEqual([])
  })

  test('asks for a thing’s kind first, and for its fields once that is known', () => {
    expect(named({}, 'intensity.kind')).toMatchObject({
      kind: 'choice',
      isRequired: true,
      section: 'Intensities',
    })
    expect(named({}, 'intensity.center')).toBeUndefined()
    const window = { intensity: { kind: 'hu-window' } }
    expect(named(window, 'intensity.center')).toMatchObject({ kind: 'number', isRequired: true })
    expect(named(window, 'intensity.of')).toBeUndefined()
    expect(named({}, 'output.classes')).toMatchObject({ kind: 'texts' })
    expect(named({}, 'output.threshold')).toBeUndefined()
  })

  test('a thing that becomes another kind keeps what means the same', () => {
    const keeps = (card: Readonly<Record<string, unknown>>, field: string, value: string) =>
      named(card, field)?.choices?.find((choice) => choice.value === value)?.keeps
    const range = { intensity: { kind: 'modality-range' } }
    expect(keeps(range, 'intensity.kind', 'percentile')).toEqual(expect.arrayContaining(['lower', 'upper']))
    expect(keeps(range, 'intensity.kind', 'hu-window')).not.toContain('lower')
    const classes = { task: 'classification', output: { activation: 'softmax' } }
    expect(keeps(classes, 'output.activation', 'binary-sigmoid')).toEqual(
      expect.arrayContaining(['name', 'gives', 'classes']),
    )
    expect(keeps(classes, 'task', 'regression')).toContain('intensity')
    expect(keeps(classes, 'task', 'regression')).not.toContain('output')
  })

  test('tells what may be left out, by what, and what the file suggests', () => {
    expect(named({}, 'input.valueRange')).toMatchObject({
      kind: 'numbers',
      isRequired: false,
      preset: [0, 1],
    })
    expect(named({}, 'input.name')?.choices).toEqual([{ value: 'image', label: 'image' }])
    expect(named({}, 'input.channels')?.choices?.map(({ value }) => value)).toEqual([1, 3])
    expect(named({}, 'modality')).toMatchObject({ kind: 'texts', isRequired: false })
    expect(named({}, 'input.slices')?.kind).toBe('part')
    expect(named({}, 'input.slices.count')).toBeUndefined()
    expect(named({ input: { slices: {} } }, 'input.slices.count')?.kind).toBe('number')
    expect(fieldsOf({}).map(({ field }) => field)).not.toContain('provenance.sha256')
  })
})

describe('presets', () => {
  const whole = {
    schema: 'radversary/model-card/1',
    file: 'model.onnx',
    name: 'model',
    task: 'classification',
    input: { name: 'image', layout: 'NCHW', size: [224, 224], channels: 3 },
    intensity: { kind: 'voi-window' },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear',
    mean: [0],
    std: [1],
    output: { name: 'scores', activation: 'softmax', gives: 'logits', classes: ['a', 'b'] },
  }

  test.each(cardPresets.map(({ name, card }) => ({ name, asks: JSON.stringify(card).includes('null') })))(
    '$name makes a card that is right, or that asks for numbers',
    ({ name, asks }) => {
      const parse = () => parseCard(withPreset(whole, name))
      if (asks) expect(parse).toThrow(/intensity\.lower/)
      else expect(parse()).toMatchObject({ name: 'model', input: { size: [224, 224] } })
    },
  )

  test('one that there is not is refused with the names of those that there are', () => {
    expect(() => withPreset({}, 'other')).toThrow(/expected torchvision, .* got other/)
  })
})

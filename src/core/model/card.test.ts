import { describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { namesOf, parseCard, parseCardText } from './card.ts'
import type { ModelFacts } from './model-facts.ts'
import { draftCard, proposeCard } from './propose-card.ts'
import { interpolations } from '../tensor/interpolation.ts'

const documentation = readFileSync(new URL('../../../docs/model-card.md', import.meta.url), 'utf8')
const documented: unknown = JSON.parse(/```json\n(\{\n {2}"schema"[\s\S]*?)```/.exec(documentation)![1]!)

const card = {
  schema: 'radversary/model-card/1',
  file: 'chest.onnx',
  name: 'chest',
  task: 'classification',
  input: { name: 'image', layout: 'NCHW', size: [224, 224], channels: 3 },
  intensity: { kind: 'hu-window', center: -600, width: 1500 },
  fit: { kind: 'letterbox' },
  interpolation: 'bilinear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229],
  output: { name: 'logits', activation: 'softmax', gives: 'logits', classes: ['clear', 'nodule'] },
}

const facts: ModelFacts = {
  file: 'models/chest.onnx',
  inputs: [{ name: 'image', shape: ['batch', 3, 224, 224] }],
  outputs: [{ name: 'probabilities', shape: ['batch', 2], finalOp: 'Softmax' }],
  metadata: {},
}

/** What a model file can't say. */
const told = {
  intensity: card.intensity,
  fit: card.fit,
  interpolation: 'bilinear',
  mean: [0],
  std: [1],
  output: { classes: ['clear', 'nodule'] },
}

function messageOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toMatchObject({ code: 'card-invalid' })
    return (error as Error).message
  }
  return 'nothing was thrown'
}

test('a card takes every way to resample, and the documentation says what each is', () => {
  const [, section = ''] = documentation.split('\n### `interpolation`\n')
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `"([\w-]+)"`/gm)].map(([, name]) => name)
  expect(rows.sort()).toEqual([...interpolations].sort())
  for (const interpolation of interpolations)
    expect(parseCard({ ...card, interpolation })).toMatchObject({ interpolation })
  expect(messageOf(() => parseCard({ ...card, interpolation: 'lanczos' }))).toContain('interpolation: ')
})

test('a card may round to bytes, and to nothing else', () => {
  expect(parseCard({ ...card, rounding: 'uint8' })).toMatchObject({ rounding: 'uint8' })
  expect(messageOf(() => parseCard({ ...card, rounding: 'uint16' }))).toContain('rounding: ')
})

test('a card names files of the training framework beside it, of kinds that can be read', () => {
  const pair = { image: 'reference/0.png', input: 'reference/0-input.npy', output: 'reference/0-output.npy' }
  const references = [pair, { ...pair, image: ['0.dcm', '1.dcm'], inputs: { age: 61 } }]
  expect(parseCard({ ...card, references, referenceTolerance: 1e-3 })).toMatchObject({ references })
  const wrong = [{ ...pair, image: '0.jpg' }, { output: 'o.npy' }, { ...pair, input: 'i.json' }]
  expect(messageOf(() => parseCard({ ...card, references: wrong }))).toMatch(
    /references\[0\].image: [^]*references\[1\]: expected an image or an input[^]*references\[2\].input: /,
  )
})

test('inputs beside the image come from the card, from attributes or from files', () => {
  const inputs = {
    training: { kind: 'constant', value: false },
    sex: { kind: 'attribute', attribute: 'PatientSex', values: { M: 0, F: 1 }, default: 0.5 },
    age: { kind: 'table', file: 'ages.csv', column: 'age', mean: 60, std: 10 },
    mask: { kind: 'arrays', folder: 'masks' },
  }
  expect(parseCard({ ...card, inputs })).toMatchObject({ inputs })
  const wrong = { age: { kind: 'attribute', attribute: '(0010,1010)' }, sex: { kind: 'guess' } }
  expect(messageOf(() => parseCard({ ...card, inputs: wrong }))).toMatch(
    /inputs.age.attribute: expected a DICOM keyword[^]*inputs.sex.kind: /,
  )
})

test('a card may keep what lies beyond its range, and normalise images by their own statistics', () => {
  const normalisation = [{ kind: 'z-score', region: { kind: 'non-zero' } }]
  const [, section = ''] = documentation.split('\n### `normalisation`\n')
  for (const kind of ['z-score', 'min-max', 'clip', 'all', 'non-zero', 'above', 'above-mean', 'percentiles'])
    expect(section.split('\n### ')[0]).toContain(`"${kind}"`)
  const place = { at: 'image', of: 'image', outside: 'keep' }
  expect(parseCard({ ...card, clip: false, normalisation })).toMatchObject({
    clip: false,
    normalisation: [{ kind: 'z-score', ...place, region: { kind: 'non-zero', filled: false }, ddof: 0 }],
  })
})

test('a card may list what each channel shows, within its range', () => {
  const windows = [
    { kind: 'window', center: 40, width: 80 },
    { kind: 'window', center: 600, width: 2800, slice: -1 },
  ]
  const intensity = { kind: 'modality-range', lower: -800, upper: 2000 }
  const listed = { ...card, intensity, input: { ...card.input, channels: windows }, mean: [0, 0], std: [1] }
  expect(parseCard(listed).input.channels).toEqual([
    { ...windows[0], slice: 0, edge: 'repeat' },
    { ...windows[1], edge: 'repeat' },
  ])
  expect(messageOf(() => parseCard({ ...listed, intensity: { ...intensity, upper: 1999 } }))).toContain(
    'input.channels[1]: expected a window within the intensity range of -800 to 1999, got -800 to 2000',
  )
  expect(messageOf(() => parseCard({ ...listed, intensity: { kind: 'voi-window' } }))).toContain(
    'intensity: expected a window in HU or a range with both ends',
  )
  const inputs = [{ name: 'image', shape: ['batch', 2, 224, 224] }]
  const proposed = proposeCard({ ...facts, inputs }, { ...told, intensity, input: { channels: windows } })
  expect(proposed.card.input).toMatchObject({ layout: 'NCHW', size: [224, 224] })
  expect(proposed.card.input.channels).toHaveLength(2)
})

describe('parseCard', () => {
  test('fills in the defaults', () => {
    expect(parseCard(card)).toMatchObject({
      input: { valueRange: [0, 1] },
      fit: { kind: 'letterbox', padValue: 0 },
      provenance: {},
    })
    expect(
      parseCard({ ...card, output: { ...card.output, activation: 'binary-sigmoid' } }).output,
    ).toMatchObject({
      threshold: 0.5,
    })
  })

  test('takes the card of the documentation', () => {
    expect(parseCard(documented)).toMatchObject({
      input: { size: [160, 160], channels: 1 },
      output: { classes: ['normal', 'benign', 'malignant'] },
    })
  })

  test('names unknown fields, wherever they are', () => {
    const message = messageOf(() => parseCard({ ...card, epochs: 3, input: { ...card.input, dtype: 'f32' } }))
    expect(message).toContain('epochs: unknown field')
    expect(message).toContain('input.dtype: unknown field')
  })

  test.each([
    [{ schema: 'radversary/model-card/2' }, 'schema: '],
    [{ task: 'tracking' }, 'task: '],
    [{ input: { ...card.input, size: [224, 0] } }, 'input.size[1]: '],
    [{ input: { ...card.input, channels: 2 } }, 'input.channels: expected 1, 3 or a list of channels'],
    [{ input: { ...card.input, channels: [{ kind: 'window', center: 0 }] } }, 'input.channels[0].width: '],
    [{ input: { ...card.input, slices: { count: 3 } } }, 'input.channels: expected 1 beside input.slices'],
    [
      { input: { ...card.input, channels: 1, slices: { count: 4 } } },
      'input.slices.count: expected an odd number',
    ],
    [{ input: { ...card.input, valueRange: [1, 1] } }, 'input.valueRange: expected two different numbers'],
    [
      { intensity: { kind: 'percentile', lower: 99, upper: 1, of: 'image' } },
      'intensity: lower must be below upper',
    ],
    [{ intensity: { kind: 'window' } }, 'intensity.kind: '],
    [{ fit: { kind: 'centre-crop', shorterSide: 200 } }, 'fit.shorterSide: expected at least 224'],
    [{ clip: false, rounding: 'uint8' }, 'rounding: expected none where values are not clipped'],
    [{ normalisation: [{ kind: 'z-score' }], rounding: 'uint8' }, 'rounding: expected none where'],
    [
      { normalisation: [{ kind: 'min-max', at: 'input' }, { kind: 'z-score' }] },
      'normalisation[1].at: expected "input": a step before it is at the input',
    ],
    [
      {
        input: { ...card.input, channels: 1, volume: { patch: [8, 224, 224] } },
        normalisation: [{ kind: 'z-score', at: 'input' }],
      },
      'normalisation: expected steps at the image beside input.volume',
    ],
    [{ normalisation: [{ kind: 'clip', percentiles: [99, 1] }] }, 'normalisation[0].percentiles: lower must'],
    [
      {
        intensity: { kind: 'stored-range', lower: -10 },
        normalisation: [{ kind: 'z-score', region: { kind: 'non-zero' } }],
      },
      'normalisation[0].region: expected an intensity range in which 0 has its place',
    ],
    [
      {
        intensity: { kind: 'percentile', lower: 0, upper: 99, of: 'image' },
        normalisation: [{ kind: 'z-score', region: { kind: 'non-zero' } }],
      },
      'normalisation[0].region: expected an intensity range in which 0 has its place',
    ],
    [{ normalisation: [{ kind: 'z-score', sd: 0 }] }, 'normalisation[0].sd: unknown field'],
    [{ mean: [0, 1] }, 'mean: expected 1 number or one per channel (3), got 2'],
    [{ std: [0] }, 'std[0]: '],
    [{ std: [1e-320] }, 'std[0]: expected a number that can be divided by'],
    [{ mean: [1e38], std: [1e-3] }, 'std: expected a model input that float32 holds'],
    [{ output: { ...card.output, classes: ['a', 'a'] } }, 'output.classes: expected names that differ'],
    [{ output: { ...card.output, threshold: 0.5 } }, 'output.threshold: unknown field'],
    [
      { output: { ...card.output, activation: 'binary-sigmoid', classes: ['a', 'b', 'c'] } },
      'output.classes',
    ],
    [{ provenance: { sha256: 'abc' } }, 'provenance.sha256: expected 64 lower-case hexadecimal digits'],
  ])('refuses %j', (change, line) => {
    expect(messageOf(() => parseCard({ ...card, ...change }))).toContain(`\n  ${line}`)
  })

  describe('of a segmentation', () => {
    const pixels = {
      ...card,
      task: 'segmentation',
      output: { ...card.output, classes: ['body', 'cyst'], background: 'body' },
    }

    test('says which class is the background of a softmax, and nothing else that classifications don’t', () => {
      expect(parseCard(pixels)).toMatchObject({ task: 'segmentation', output: { background: 'body' } })
      expect(messageOf(() => parseCard({ ...card, output: pixels.output }))).toContain(
        'output.background: unknown field',
      )
    })

    test('names a background that is no class, and an unknown task', () => {
      const wrong = { ...pixels, output: { ...pixels.output, background: 'air' } }
      expect(messageOf(() => parseCard(wrong))).toContain(
        'output.background: expected one of output.classes, got "air"',
      )
      expect(messageOf(() => parseCard({ ...card, task: 'tracking' }))).toContain('task: expected one of "classification", "ordinal", "regression", "segmentation", "detection"') // prettier-ignore
    })
  })

  describe('of a regression', () => {
    const value = {
      ...card,
      task: 'regression',
      output: { name: 'age', activation: 'linear', value: 'bone age', tolerance: 6 },
    }

    test('says what the number is, and what it takes to be a change', () => {
      expect(parseCard(value).output).toMatchObject({
        value: 'bone age',
        unit: '',
        scale: 1,
        offset: 0,
        tolerance: 6,
      })
      const flat = { ...value, output: { ...value.output, scale: 0, tolerance: -1 } }
      expect(messageOf(() => parseCard(flat))).toMatch(
        /output.scale: expected another number than 0[^]*output.tolerance/,
      )
      expect(messageOf(() => parseCard({ ...value, output: card.output }))).toContain('output.value')
    })
  })

  test('tells text that is not JSON, and the file', () => {
    expect(() => parseCardText('{', 'card.json')).toThrow(expect.objectContaining({ code: 'card-invalid', file: 'card.json', message: expect.stringContaining('expected JSON') })) // prettier-ignore
    expect(parseCardText(JSON.stringify(card))).toEqual(parseCard(card))
  })
})

describe('proposeCard', () => {
  test('reads names, layout, size, channels and activation off the model', () => {
    const { card: whole, proposed } = proposeCard(facts, told)
    expect(whole).toMatchObject({
      file: 'chest.onnx',
      name: 'chest',
      input: { name: 'image', layout: 'NCHW', size: [224, 224], channels: 3 },
      output: {
        name: 'probabilities',
        activation: 'softmax',
        gives: 'probabilities',
        classes: ['clear', 'nodule'],
      },
    })
    expect(proposed).toContain('input.layout')
    expect(proposed).not.toContain('output.classes')
  })

  test('asks for the value of a regression, not for its classes', () => {
    const one = {
      ...facts,
      outputs: [{ name: 'age', shape: ['batch', 1], finalOp: undefined }],
      metadata: {},
    }
    const given = { ...told, task: 'regression', output: {} }
    const missing = messageOf(() => proposeCard(one, given))
    expect(missing).toMatch(/output.value: missing[^]*output.tolerance: missing/)
    expect(missing).not.toContain('output.classes')
    const whole = proposeCard(one, { ...given, output: { value: 'bone age', tolerance: 6 } })
    expect(whole.card.output).toMatchObject({ name: 'age', activation: 'linear' })
    const squeezed = {
      ...facts,
      outputs: [{ name: 'age', shape: ['batch'], finalOp: undefined }],
      metadata: {},
    }
    expect(
      proposeCard(squeezed, { ...given, output: { value: 'bone age', tolerance: 6 } }).card.output,
    ).toEqual(whole.card.output)
    const several = {
      ...facts,
      outputs: [{ name: 'age', shape: ['batch', 3], finalOp: undefined }],
      metadata: {},
    }
    expect(
      messageOf(() => proposeCard(several, { ...given, output: { value: 'a', tolerance: 1 } })),
    ).toContain('3 outputs')
  })

  test('takes an output of four axes for a segmentation, its classes from the second', () => {
    const dense = { ...facts, outputs: [{ name: 'z', shape: ['batch', 2, 56, 56], finalOp: 'Softmax' }] }
    expect(proposeCard(dense, told).card).toMatchObject({ task: 'segmentation', output: { activation: 'softmax', gives: 'probabilities' } }) // prettier-ignore
    const one = { ...facts, outputs: [{ name: 'z', shape: ['batch', 1, null, null], finalOp: 'Conv' }] }
    expect(proposeCard(one, told).card).toMatchObject({ task: 'segmentation', output: { activation: 'binary-sigmoid', gives: 'logits' } }) // prettier-ignore
    const three = { ...told, output: { classes: ['a', 'b', 'c'] } }
    expect(messageOf(() => proposeCard(dense, three))).toContain(
      "output.classes: 3 (softmax), but the model's is 2 outputs",
    )
  })

  test('tells a task that the output contradicts', () => {
    expect(messageOf(() => proposeCard(facts, { ...told, task: 'segmentation' }))).toContain(
      'task: segmentation, but the model',
    )
    const dense = { ...facts, outputs: [{ name: 'z', shape: ['batch', 2, 56, 56], finalOp: 'Softmax' }] }
    expect(messageOf(() => proposeCard(dense, { ...told, task: 'classification' }))).toContain('task: classification, but the model') // prettier-ignore
  })

  test('lists every field that neither the model nor the user told, why, and an example', () => {
    const message = messageOf(() =>
      proposeCard({ ...facts, outputs: [{ name: 'z', shape: [1, 5], finalOp: 'Gemm' }] }),
    )
    const fields = Array.from(message.matchAll(/^ {2}(\S+): missing; .+\. Example: .+$/gm), (line) => line[1])
    expect(fields).toEqual([
      'intensity',
      'fit',
      'interpolation',
      'mean',
      'std',
      'output.activation',
      'output.classes',
    ])
    expect(message).toContain('the graph does not end in a Softmax or Sigmoid')
  })

  test('asks for the size where the model leaves it open, and for the layout where it is ambiguous', () => {
    const open = { ...facts, inputs: [{ name: 'image', shape: ['batch', 3, 'height', 'width'] }] }
    expect(messageOf(() => proposeCard(open, told))).toContain('input.size: missing; the input\'s shape [batch, 3, height, width]') // prettier-ignore
    const ambiguous = { ...facts, inputs: [{ name: 'image', shape: [1, 3, 3, 3] }] }
    expect(messageOf(() => proposeCard(ambiguous, told))).toContain('input.layout: missing')
  })

  test('knows channels-last models, sigmoids of one and of several outputs', () => {
    const last = { ...facts, inputs: [{ name: 'image', shape: [null, 96, 64, 1] }] }
    expect(proposeCard(last, told).card.input).toMatchObject({ layout: 'NHWC', size: [96, 64], channels: 1 })
    const sigmoid = (count: number) => ({
      ...facts,
      outputs: [{ name: 'p', shape: [null, count], finalOp: 'Sigmoid' }],
    })
    expect(proposeCard(sigmoid(1), told).card.output).toMatchObject({
      activation: 'binary-sigmoid',
      gives: 'probabilities',
    })
    expect(proposeCard(sigmoid(2), told).card.output).toMatchObject({
      activation: 'multi-label-sigmoid',
      threshold: 0.5,
    })
    const squeezed = { ...facts, outputs: [{ name: 'p', shape: ['batch'], finalOp: 'Sigmoid' }] }
    expect(proposeCard(squeezed, told).card.output).toMatchObject({
      activation: 'binary-sigmoid',
      gives: 'probabilities',
    })
  })

  test('knows neighbouring slices, once the card says that they are the channels', () => {
    const slices = (layout: string, shape: (number | null)[]) => {
      const { input } = proposeCard({ ...facts, inputs: [{ name: 'image', shape }] }, { ...told, input: { slices: { count: 5 } } }).card // prettier-ignore
      expect(input).toMatchObject({
        layout,
        size: [96, 64],
        channels: 1,
        slices: { count: 5, edge: 'repeat' },
      })
    }
    slices('NCHW', [null, 5, 96, 64])
    slices('NHWC', [null, 96, 64, 5])
    const other = { ...facts, inputs: [{ name: 'image', shape: [null, 5, 96, 64] }] }
    const input = { layout: 'NCHW', size: [96, 64], channels: 1, slices: { count: 3 } }
    expect(messageOf(() => proposeCard(other, { ...told, input }))).toContain(
      "input: NCHW [N, 3, 96, 64], but the model's is [, 5, 96, 64]",
    )
  })

  test('asks which of several inputs and outputs to use, and takes the one that is named', () => {
    const two: ModelFacts = {
      ...facts,
      inputs: [...facts.inputs, { name: 'prior', shape: ['batch', 3, 224, 224] }],
      outputs: [...facts.outputs, { name: 'features', shape: [1, 512], finalOp: 'Gemm' }],
    }
    const message = messageOf(() => proposeCard(two, told))
    expect(message).toContain('input.name: missing; the model has 2 inputs (image, prior)')
    expect(message).toContain('output.name: missing')
    const named = { ...told, input: { name: 'image' }, output: { ...told.output, name: 'probabilities' } }
    expect(proposeCard(two, named).card.input.size).toEqual([224, 224])
  })

  test.each([
    [{ classes: '["clear", "nodule"]' }, ['clear', 'nodule']],
    [{ names: "{0: 'clear', 1: 'no'}" }, ['clear', 'no']],
  ])('reads class names from the metadata %j', (metadata, classes) => {
    const rest = { ...told, output: {} }
    expect(namesOf(proposeCard({ ...facts, metadata }, rest).card)).toEqual(classes)
  })

  test('lets what is given win, and refuses it where it contradicts the model', () => {
    expect(proposeCard(facts, { ...told, name: 'mine' }).card.name).toBe('mine')
    const contradiction = { ...told, input: { size: [128, 128] }, output: { classes: ['a', 'b', 'c'] } }
    const message = messageOf(() => proposeCard(facts, contradiction))
    expect(message).toContain("input: NCHW [N, 3, 128, 128], but the model's is [batch, 3, 224, 224]")
    expect(message).toContain("output.classes: 3 (softmax), but the model's is 2 outputs")
    const unknown = messageOf(() => proposeCard(facts, { ...told, input: { ...card.input, name: 'x' } }))
    expect(unknown).toContain("input.name: x, but the model's is image")
  })

  test('reads [N, K, 1, 1] and [N, 1, 1, K] as one row of classes', () => {
    for (const shape of [
      ['batch', 2, 1, 1],
      ['batch', 1, 1, 2],
    ]) {
      const { card: whole } = proposeCard(
        { ...facts, outputs: [{ name: 'p', shape, finalOp: 'Softmax' }] },
        told,
      )
      expect(whole).toMatchObject({ task: 'classification', output: { activation: 'softmax' } })
    }
    const one = { ...facts, outputs: [{ name: 'p', shape: ['batch', 1, 1, 1], finalOp: 'Sigmoid' }] }
    expect(proposeCard(one, told).card).toMatchObject({ task: 'classification', output: { activation: 'binary-sigmoid' } }) // prettier-ignore
  })

  test.each([
    [{ finalOp: 'Softmax' }, 'ends in Softmax'],
    [{ finalOp: 'HardSigmoid', inUnit: true }, 'ends in HardSigmoid'],
  ])('refuses the claim of logits for an output %j', (end, words) => {
    const outputs = [{ name: 'p', shape: ['batch', 2], ...end }]
    const given = { ...told, output: { ...told.output, activation: 'softmax', gives: 'logits' } }
    expect(messageOf(() => proposeCard({ ...facts, outputs }, given))).toContain(`output.gives: "logits", but the model's is an output that ${words}`) // prettier-ignore
  })

  test.each([
    [
      'most pixels',
      [
        ['d0', 32],
        ['d1', 64],
        ['d2', 16],
      ],
      'd1',
    ],
    [
      'auxiliary by their names',
      [
        ['aux_logits', 64],
        ['logits', 64],
      ],
      'logits',
    ],
  ] as const)(
    'of several heads one is proposed where the others are help in training: %s',
    (why, heads, name) => {
      const outputs = heads.map(([each, size]) => ({
        name: each,
        shape: ['n', 2, size, size],
        finalOp: 'Conv',
      }))
      const given = { ...told, task: 'segmentation', output: { activation: 'softmax', ...told.output } }
      const { draft, obstacles } = draftCard({ ...facts, outputs }, given)
      expect(draft['output']).toMatchObject({ name })
      expect(obstacles.map(({ message }) => message).join()).toContain(why)
      expect(heads.every(([each]) => obstacles[0]?.message.includes(`'${each}'`))).toBe(true)
      const chosen = { ...given, output: { ...given.output, name: heads[0][0] } }
      expect(draftCard({ ...facts, outputs }, chosen).draft['output']).toMatchObject({ name: heads[0][0] })
      const same = heads.map(([each], n) => ({
        name: `y${n}${each.slice(0, 0)}`,
        shape: ['n', 2, 8, 8],
        finalOp: 'Conv',
      }))
      expect(draftCard({ ...facts, outputs: same }, given).missing.map(({ field }) => field)).toContain(
        'output.name',
      )
    },
  )

  test('names further inputs that the output needs before it asks for anything', () => {
    const outputs = [{ name: 'p', shape: ['batch', 2], finalOp: 'Gemm', reads: ['image', 'meta'] }]
    const two = { ...facts, outputs, inputs: [...facts.inputs, { name: 'meta', shape: [1, 3] }] }
    expect(() => proposeCard(two)).toThrow(
      "Model: expected one input, 'image', got others that its output needs: 'meta' (float32 [1, 3])",
    )
    const unread = { ...two, outputs: [{ ...outputs[0]!, reads: ['image'] }] }
    expect(messageOf(() => proposeCard(unread))).toContain('intensity: missing')
  })

  test('takes scores for the output, never labels, features or sequences', () => {
    const scores = facts.outputs[0]!
    const others = [
      { name: 'label', shape: ['batch'], finalOp: 'ArgMax', dataType: 'int64' as const },
      { name: 'map', shape: ['batch', 525, 7, 7], finalOp: 'Relu' },
      { name: 'tokens', shape: ['batch', 197, 768], finalOp: 'LayerNormalization' },
      { name: 'zipped', shape: [], finalOp: undefined, dataType: null },
    ]
    expect(proposeCard({ ...facts, outputs: [...others, scores] }, told).card.output.name).toBe(scores.name)
    const features = messageOf(() => proposeCard({ ...facts, outputs: others.slice(1, 2) }))
    expect(features).toContain("output.name: missing; the model's only output [batch, 525, 7, 7] looks like features") // prettier-ignore
    expect(features).not.toContain('525 names')
    for (const output of [others[0]!, others[3]!])
      expect(() => proposeCard({ ...facts, outputs: [output] })).toThrow(
        'expected an output of floating-point scores',
      )
  })

  test('marks what is missing in a draft, and takes null for missing', () => {
    const { draft, missing, proposed } = draftCard(facts, { mean: null, std: [1] })
    expect(missing.map(({ field }) => field)).toEqual([
      'intensity',
      'fit',
      'interpolation',
      'mean',
      'output.classes',
    ])
    expect(draft).toMatchObject({ std: [1], output: { name: 'probabilities', gives: 'probabilities' } })
    expect(proposed).toContain('output.gives')
  })

  test('carries the hash of the file', () => {
    expect(proposeCard({ ...facts, sha256: 'a'.repeat(64) }, told).card.provenance).toEqual({
      sha256: 'a'.repeat(64),
    })
  })

  test('refuses what is no object', () => {
    expect(messageOf(() => proposeCard(facts, []))).toContain('expected a JSON object')
  })
})

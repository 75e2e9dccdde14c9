import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ModelFacts, TensorFacts } from '../model-facts.ts'
import { draftCard, proposeCard } from '../propose-card.ts'
import { cardOf, readSidecars } from './sidecars.ts'

const fixtures = new URL('../../../../test/fixtures/sidecars/', import.meta.url)

/** What a library wrote (scripts/goldens/sidecars.py). */
function written(family: string): Record<string, unknown> {
  const folder = new URL(`${family}/`, fixtures)
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]),
  )
}

function facts(
  sidecars: Record<string, unknown>,
  {
    input = ['batch', 3, 224, 224],
    output = ['batch', 3],
    ...more
  }: Partial<Record<'input' | 'output', TensorFacts['shape']>> & { metadata?: Record<string, string> } = {},
): ModelFacts {
  return {
    file: 'model.onnx',
    inputs: [{ name: 'image', shape: input, dataType: 'float32' }],
    outputs: [{ name: 'logits', shape: output, dataType: 'float32', finalOp: 'Gemm' }],
    metadata: {},
    sidecars,
    ...more,
  }
}

const readOff = (given: ModelFacts) => cardOf(readSidecars(given).fields)

describe('Hugging Face', () => {
  test('a ViT: stretched by Pillow, several labels', () => {
    expect(readOff(facts(written('hugging-face-vit')))).toEqual({
      task: 'classification',
      input: { channels: 3, size: [224, 224], valueRange: [0, 1] },
      intensity: { kind: 'stored-range', lower: 0, upper: 255 },
      fit: { kind: 'stretch' },
      interpolation: 'bilinear-antialiased',
      rounding: 'uint8',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      output: { classes: ['normal', 'benign', 'malignant'], activation: 'multi-label-sigmoid' },
    })
  })

  test('a ConvNeXt: the shorter side is larger by crop_pct', () => {
    expect(readOff(facts(written('hugging-face-convnext')))).toMatchObject({
      input: { size: [224, 224] },
      fit: { kind: 'centre-crop', shorterSide: 256 },
      interpolation: 'bicubic-antialiased',
      output: { activation: 'softmax' },
    })
  })

  test('a CLIP: the shorter side to the frame, then the centre', () => {
    const { fields } = readSidecars(facts(written('hugging-face-clip')))
    expect(cardOf(fields)).toMatchObject({ fit: { kind: 'centre-crop', shorterSide: 224 } })
    expect(fields.find(({ field }) => field === 'mean')?.from).toBe('preprocessor_config.json: image_mean')
  })

  test('a crop after a stretch is said, and no fit proposed', () => {
    const { 'preprocessor_config.json': processor, ...files } = written('hugging-face-clip')
    const changed = { ...(processor as object), size: { height: 256, width: 256 } }
    const { fields, notes } = readSidecars(facts({ ...files, 'preprocessor_config.json': changed }))
    expect(fields.some(({ field }) => field === 'fit')).toBe(false)
    expect(notes.join()).toContain('stretched to 256x256, then cropped to 224x224')
  })
})

test('timm: the evaluation transform, and what is tested with', () => {
  const { fields, notes } = readSidecars(facts(written('timm')))
  expect(cardOf(fields)).toMatchObject({
    input: { channels: 3, size: [224, 224] },
    fit: { kind: 'centre-crop', shorterSide: 256 },
    interpolation: 'bicubic-antialiased',
    mean: [0.485, 0.456, 0.406],
    output: { classes: ['normal', 'benign', 'malignant'] },
  })
  expect(notes.join()).toContain('288x288')
})

const volume = { input: ['batch', 1, 64, 64, 32], output: ['batch', 2, 64, 64, 32] }

test('a MONAI bundle: window, orientation, spacing and patches, references followed', () => {
  const { fields, notes } = readSidecars(facts(written('monai'), volume))
  expect(cardOf(fields)).toMatchObject({
    task: 'segmentation',
    modality: ['CT'],
    input: {
      valueRange: [0, 1],
      volume: {
        patch: [64, 64, 32],
        orientation: 'RAS',
        spacing: [1.5, 1.5, 2],
        overlap: 0.25,
        blend: 'gaussian',
        edge: 'zeros',
      },
    },
    intensity: { kind: 'modality-range', lower: -57, upper: 164 },
    fit: { kind: 'none' },
    output: { classes: ['background', 'spleen'], activation: 'softmax' },
  })
  expect(notes).toEqual([
    "inference.json: CropForeground can't be said in a card, or depends on what the file computes",
  ])
})

describe('nnU-Net', () => {
  const ofChannel = {
    max: 3071,
    mean: 99.5,
    median: 101,
    min: -1024,
    percentile_00_5: -61,
    percentile_99_5: 242,
    std: 39.4,
  }
  const plans = {
    dataset_name: 'Dataset009_Spleen',
    transpose_forward: [0, 1, 2],
    foreground_intensity_properties_per_channel: { '0': ofChannel },
    configurations: {
      '2d': { patch_size: [512, 512], spacing: [0.8, 0.8], normalization_schemes: ['CTNormalization'] },
      '3d_fullres': {
        patch_size: [64, 192, 160],
        spacing: [1.6, 0.79, 0.79],
        normalization_schemes: ['CTNormalization'],
        use_mask_for_norm: [false],
      },
      '3d_cascade_fullres': { inherits_from: '3d_fullres', previous_stage: '3d_lowres' },
    },
  }
  const dataset = {
    channel_names: { '0': 'CT' },
    labels: { background: 0, spleen: 1 },
    numTraining: 41,
    file_ending: '.nii.gz',
  }
  const shapes = { input: ['batch', 1, 64, 192, 160], output: ['batch', 2, 64, 192, 160] }

  test('CT: the configuration of the graph’s patch, clipped and standardised by the data set', () => {
    const { fields } = readSidecars(facts({ 'plans.json': plans, 'dataset.json': dataset }, shapes))
    expect(cardOf(fields)).toMatchObject({
      modality: ['CT'],
      input: {
        valueRange: [-61, 242],
        volume: { patch: [64, 192, 160], spacing: [1.6, 0.79, 0.79], tiling: 'nnunet' },
      },
      intensity: { kind: 'modality-range', lower: -61, upper: 242 },
      mean: [99.5],
      std: [39.4],
      output: { classes: ['background', 'spleen'], activation: 'softmax' },
    })
    expect(fields.find(({ field }) => field === 'mean')?.from).toBe(
      'plans.json: 3d_fullres.normalization_schemes, mean',
    )
  })

  test('intensities of the fingerprint, where the plans have none', () => {
    const { foreground_intensity_properties_per_channel: own, ...rest } = plans
    const files = {
      'plans.json': rest,
      'dataset_fingerprint.json': { foreground_intensity_properties_per_channel: own },
    }
    expect(readOff(facts(files, shapes))).toMatchObject({ mean: [99.5] })
  })

  test('regions that overlap and several sequences are said', () => {
    const regions = { channel_names: { '0': 'T1', '1': 'FLAIR' }, labels: { background: 0, whole: [1, 2] } }
    const { notes } = readSidecars(facts({ 'plans.json': plans, 'dataset.json': regions }, shapes))
    expect(notes.join(' ')).toMatch(/regions that overlap.*2 channels \(T1, FLAIR\)/)
  })
})

test('Ultralytics: the letterbox of its predictors, from the graph’s own metadata', () => {
  const metadata = {
    task: 'detect',
    imgsz: '[640, 480]',
    stride: '32',
    names: "{0: 'nodule'}",
    channels: '3',
  }
  expect(readOff(facts({}, { metadata }))).toMatchObject({
    task: 'detection',
    input: { size: [640, 480], channels: 3 },
    fit: { kind: 'letterbox' },
    interpolation: 'bilinear',
    rounding: 'uint8',
  })
})

test('files of other programs with the same names say nothing', () => {
  const others = {
    'config.json': { port: 8080 },
    'dataset.json': { rows: [] },
    'metadata.json': { labels: 3 },
    'plans.json': [],
  }
  expect(readSidecars(facts(others))).toEqual({ fields: [], notes: [] })
})

describe('a proposed card', () => {
  test('is whole with the files of a ViT beside it, and says where each field is from', () => {
    const { card, proposed, sources } = proposeCard(facts(written('hugging-face-vit')))
    expect(card).toMatchObject({ name: 'model', mean: [0.5, 0.5, 0.5] })
    expect(proposed).toContain('mean')
    expect(sources['std']).toBe('preprocessor_config.json: image_std')
    expect(sources['input.channels']).toBeUndefined()
  })

  test('the card wins over the files, whole objects at a time', () => {
    const given = { intensity: { kind: 'hu-window', center: -600, width: 1500 }, mean: [0.4] }
    const { draft, sources } = draftCard(facts(written('hugging-face-vit')), given)
    expect(draft).toMatchObject(given)
    expect(Object.keys(sources)).not.toContain('intensity')
  })

  test('a contradiction with the graph is said, and the graph believed', () => {
    const shapes = { input: ['batch', 3, 384, 384], output: ['batch', 5] }
    const { draft, obstacles, missing } = draftCard(facts(written('hugging-face-vit'), shapes))
    const said = obstacles.filter(({ of }) => of === 'note').map(({ message }) => message)
    expect(draft).toMatchObject({ input: { size: [384, 384] } })
    expect(said).toContain(
      'preprocessor_config.json: size, crop_size says input.size is [224,224], the graph [384,384]',
    )
    expect(said).toContain('config.json: id2label names 3 classes, the graph gives 5')
    expect(missing.map(({ field }) => field)).toContain('output.classes')
  })
})

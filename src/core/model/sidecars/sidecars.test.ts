import { describe, expect, test } from 'vitest'
import { factsBeside as facts, written } from '../../../../test/support/sidecar-facts.ts'
import type { ModelFacts } from '../model-facts.ts'
import { draftCard, proposeCard } from '../propose-card.ts'
import { cardOf } from './card-of.ts'
import { readSidecars } from './sidecars.ts'

const readOff = (given: ModelFacts) => cardOf(readSidecars(given).fields)

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
  expect(notes).toEqual(["inference.json: CropForeground can't be said in a card"])
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
        volume: { patch: [64, 192, 160], spacing: [1.6, 0.79, 0.79], tiling: 'nnunet', resampling: 'nnunet' },
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

  test('a z-score of what is not 0 takes a range that begins at 0', () => {
    const normalization_schemes = ['ZScoreNormalization']
    const full = { ...plans.configurations['3d_fullres'], normalization_schemes, use_mask_for_norm: [true] }
    const files = { 'plans.json': { configurations: { '3d_fullres': full } }, 'dataset.json': dataset }
    const { card } = proposeCard(facts(files, shapes))
    expect(card).toMatchObject({
      intensity: { fromZero: true },
      normalisation: [{ kind: 'z-score', of: 'volume', region: { kind: 'non-zero', filled: true } }],
    })
  })

  const several = (normalization_schemes: string[], use_mask_for_norm: boolean[]) => {
    const full = { ...plans.configurations['3d_fullres'], normalization_schemes, use_mask_for_norm }
    const twice = { ...plans, configurations: { '3d_fullres': full }, foreground_intensity_properties_per_channel: { '0': ofChannel, '1': { ...ofChannel, mean: 7 } } } // prettier-ignore
    const both = { ...dataset, channel_names: { '0': 'CT', '1': 'PET' } }
    const files = { 'plans.json': twice, 'dataset.json': both }
    return cardOf(readSidecars(facts(files, { ...shapes, input: ['batch', 2, 64, 192, 160] })).fields)
  }

  test('channels that are normalised alike have one normalisation', () => {
    const card = several(['ZScoreNormalization', 'ZScoreNormalization'], [true, true])
    expect(card).toMatchObject({ normalisation: [{ kind: 'z-score' }], mean: [0], std: [1] })
    expect(JSON.stringify(card['input'])).not.toContain('intensity')
  })

  test.each([
    [['CTNormalization', 'ZScoreNormalization'], [99.5, 0], [39.4, 1], { clip: false, normalisation: [{ kind: 'z-score', of: 'volume' }] }],
    [['CTNormalization', 'CTNormalization'], [99.5, 7], [39.4, 39.4], { intensity: { lower: -61 }, valueRange: [-61, 242] }],
    [['CTNormalization', 'RescaleTo01Normalization'], [99.5, 0], [39.4, 1], { normalisation: [{ kind: 'min-max' }] }],
  ])('channels of %j have values of their own', (schemes, mean, std, second) => {
    const card = several(schemes, [false, false])
    const first = { kind: 'series', intensity: { kind: 'modality-range', lower: -61, upper: 242 }, valueRange: [-61, 242] }
    expect(card).toMatchObject({ input: { channels: [first, second] }, intensity: first.intensity, mean, std })
  }) // prettier-ignore

  test('intensities of the fingerprint, where the plans have none', () => {
    const { foreground_intensity_properties_per_channel: own, ...rest } = plans
    const files = {
      'plans.json': rest,
      'dataset_fingerprint.json': { foreground_intensity_properties_per_channel: own },
    }
    expect(readOff(facts(files, shapes))).toMatchObject({ mean: [99.5] })
  })

  test('a 2-D graph has the 2-D configuration, whatever its patch is', () => {
    const flat = { input: ['batch', 1, 320, 320], output: ['batch', 2, 320, 320] }
    const { fields, notes } = readSidecars(facts({ 'plans.json': plans }, flat))
    expect(cardOf(fields)).toMatchObject({ task: 'segmentation', mean: [99.5] })
    expect(cardOf(fields)).toMatchObject({
      input: { volume: { patch: [1, 512, 512], spacing: [0.8, 0.8], tiling: 'nnunet' } },
      fit: { kind: 'none' },
    })
    expect(notes.join()).not.toContain('cascade')
  })

  test('a cascade is none that a card can say, and which one to export is said', () => {
    const cascade = { ...shapes, input: ['batch', 2, 64, 192, 160] }
    const { fields, notes } = readSidecars(facts({ 'plans.json': plans }, cascade))
    expect(fields).toEqual([])
    expect(notes.join()).toMatch(
      /it is 3d_cascade_fullres, .*what 3d_lowres predicted.*Export 3d_fullres or 3d_lowres/,
    )
  })

  test('a 3-D graph of another patch has the one of the full resolution', () => {
    const other = { input: ['batch', 1, 32, 32, 32], output: ['batch', 2, 32, 32, 32] }
    const { fields } = readSidecars(facts({ 'plans.json': plans }, other))
    expect(fields.find(({ field }) => field === 'mean')?.from).toContain('3d_fullres')
  })

  test('plans without a configuration of the graph’s axes say so', () => {
    const { '2d': flat } = plans.configurations
    const { fields, notes } = readSidecars(
      facts({ 'plans.json': { configurations: { '2d': flat } } }, shapes),
    )
    expect({ fields, notes }).toEqual({
      fields: [],
      notes: ['plans.json: no configuration has as many axes as the graph'],
    })
  })

  test('regions overlap, several channels are series, and what was ignored in training is no class', () => {
    const labels = { background: 0, whole: [1, 2, 3], core: [2, 3], enhancing: 3, ignore: 4 }
    const regions = { channel_names: { '0': 'T1', '1': 'T2 (FLAIR)' }, labels }
    const { fields, notes } = readSidecars(facts({ 'plans.json': plans, 'dataset.json': regions }, shapes))
    expect(cardOf(fields)).toMatchObject({
      input: {
        channels: [
          { kind: 'series', match: { SeriesDescription: '^T1$|_0000\\.' } },
          { kind: 'series', match: { SeriesDescription: '^T2 .FLAIR.$|_0001\\.' } },
        ],
      },
      output: { classes: ['whole', 'core', 'enhancing'], activation: 'multi-label-sigmoid' },
    })
    expect(notes.join(' ')).toMatch(/2 channels \(T1, T2 \(FLAIR\)\)/)
  })

  test('another resampling than nnU-Net’s usual one, and axes that it exchanges, are said', () => {
    const torch = { ...plans.configurations['3d_fullres'], resampling_fn_data: 'resample_torch_fornnunet' }
    const turned = { ...plans, transpose_forward: [1, 0, 2], configurations: { '3d_fullres': torch } }
    const { notes } = readSidecars(facts({ 'plans.json': turned }, shapes))
    expect(notes.join(' ')).toMatch(/axes \(rows, slices, columns .*resampling_fn_data or its settings/)
    expect(readSidecars(facts({ 'plans.json': plans }, shapes)).notes.join()).not.toContain('resampling_fn')
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

  test('asks what the task of a file beside the model needs', () => {
    const { 'config.json': config, ...files } = written('hugging-face-vit')
    const ofRegression = { ...(config as object), problem_type: 'regression', id2label: { 0: 'LABEL_0' } }
    const given = facts({ ...files, 'config.json': ofRegression }, { output: ['batch', 1] })
    const asked = draftCard(given).missing.map(({ field }) => field)
    expect(asked).toContain('output.value')
    expect(asked).not.toContain('output.classes')
  })

  test('says why one of several outputs is proposed, by the task of a file beside the model', () => {
    const metadata = { task: 'detect', imgsz: '[640, 640]', stride: '32', names: "{0: 'nodule'}" }
    const outputs = ['output0', 'aux_output'].map((name) => ({
      name,
      shape: ['batch', 5, 8400],
      finalOp: 'Concat',
    }))
    const { draft, obstacles } = draftCard(facts({}, { input: ['batch', 3, 640, 640], metadata, outputs }))
    expect(draft).toMatchObject({ output: { name: 'output0' } })
    expect(obstacles.map(({ message }) => message).join()).toContain("'output0' is proposed")
  })

  test('of bytes is rounded as a file beside the model says, and as Pillow did without one', () => {
    const { 'preprocessor_config.json': processor, ...files } = written('hugging-face-vit')
    const fast = { ...(processor as object), image_processor_type: 'ViTImageProcessorFast' }
    const bytes = { dataType: 'uint8' } as const
    const { draft, sources } = draftCard(facts({ ...files, 'preprocessor_config.json': fast }, bytes))
    expect(draft['rounding']).toBe('uint8-pytorch')
    expect(sources['rounding']).toContain('preprocessor_config.json')
    expect(draftCard(facts({}, bytes)).draft['rounding']).toBe('uint8')
  })

  test('of a volume of bytes is not rounded', () => {
    const { draft } = draftCard(facts({}, { ...volume, dataType: 'uint8' }))
    expect(draft).not.toHaveProperty('rounding')
  })
})

import { describe, expect, test } from 'vitest'
import { factsBeside as facts, written } from '../../../../test/support/sidecar-facts.ts'
import { cardOf } from './card-of.ts'
import { readSidecars } from './sidecars.ts'

describe('Hugging Face', () => {
  test('a ViT: stretched by Pillow, several labels', () => {
    expect(cardOf(readSidecars(facts(written('hugging-face-vit'))).fields)).toEqual({
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
    expect(cardOf(readSidecars(facts(written('hugging-face-convnext'))).fields)).toMatchObject({
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

  test('a DETR: bounded by its longer side, which is said and no fit proposed', () => {
    const { fields, notes } = readSidecars(facts(written('hugging-face-detr')))
    expect(cardOf(fields)).not.toHaveProperty('fit')
    expect(notes.join()).toContain('bounded by a longer side of 1333')
  })

  test('an EfficientNet: less 1, and divided twice', () => {
    const read = cardOf(readSidecars(facts(written('hugging-face-efficientnet'))).fields)
    expect(read).toMatchObject({
      input: { valueRange: [-1, 1] },
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    })
  })

  test('pictures that were padded are said', () => {
    const padded = { ...(written('hugging-face-vit')['preprocessor_config.json'] as object), do_pad: true }
    expect(readSidecars(facts({ 'preprocessor_config.json': padded })).notes.join()).toContain('padded')
  })

  test.each([undefined, null, 4, 5])(
    'a filter that is not said, or that cards don’t have, is asked for: %s',
    (resample) => {
      const processor = { ...(written('hugging-face-vit')['preprocessor_config.json'] as object), resample }
      expect(
        cardOf(readSidecars(facts({ 'preprocessor_config.json': processor })).fields),
      ).not.toHaveProperty('interpolation')
    },
  )
})

import { expect, test } from 'vitest'
import { factsBeside as facts, written } from '../../../../test/support/sidecar-facts.ts'
import { cardOf } from './card-of.ts'
import { readSidecars } from './sidecars.ts'

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

test('timm: a border is padded with the mean in 8 bits, and in colour said', () => {
  const grey = readSidecars(facts(written('timm-border-grey')))
  expect(cardOf(grey.fields)).toMatchObject({ fit: { kind: 'letterbox', padValue: 128 / 255 } })
  const colour = readSidecars(facts(written('timm-border-colour')))
  expect(cardOf(colour.fields)).not.toHaveProperty('fit')
  expect(colour.notes.join()).toContain('crop_mode border that pads in colour')
})

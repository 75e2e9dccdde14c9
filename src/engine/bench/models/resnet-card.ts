import type { PreprocessingCard } from '../../../core/model/preprocessing/chain.ts'
import type { ConnectableModel } from '../../models/open-model.ts'

/** Of `resnet50`, for images of one channel. */
export const resnetCard = {
  input: { name: 'x', layout: 'NCHW', size: [224, 224], channels: 3, valueRange: [0, 1] },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear-antialiased',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  output: {
    name: 'logits',
    activation: 'softmax',
    gives: 'logits',
    classes: Array.from({ length: 1000 }, (_, k) => String(k)),
  },
} satisfies PreprocessingCard & ConnectableModel['card']

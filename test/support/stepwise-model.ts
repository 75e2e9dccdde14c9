import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { float32Value, smallModel } from './onnx-models.ts'

/** Puts a model among those that were added whose only path has no gradient: it looks at signs alone. */
export function addStepwiseModel(home: string): string {
  const model = smallModel({
    inputs: [float32Value('image', [1, 1, 2, 2])],
    outputs: [float32Value('logits', [1, 4])],
    nodes: [
      ['Sign', ['image'], 'signs'],
      ['Flatten', ['signs'], 'logits'],
    ],
  })
  return addFourClasses(home, 'stepwise', model)
}

/** Puts a model of images [1, 1, 2, 2] and four classes among those that were added. */
export function addFourClasses(home: string, name: string, model: Uint8Array): string {
  const folder = join(home, 'models', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), model)
  writeFileSync(join(folder, 'card.json'), JSON.stringify({ name, ...card }))
  return name
}

const card = {
  input: { layout: 'NCHW', size: [2, 2], channels: 1 },
  intensity: { kind: 'hu-window', center: 0, width: 1000 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear-antialiased',
  mean: [0.5],
  std: [0.5],
  output: { activation: 'softmax', gives: 'logits', classes: ['a', 'b', 'c', 'd'] },
}

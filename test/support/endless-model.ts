import { int64Tensor } from '../../src/core/onnx/onnx-tensor.ts'
import { bodyAttribute, float32Value, smallModel } from './onnx-models.ts'
import { addFourClasses } from './stepwise-model.ts'

/** Puts a model among those that were added that never answers: a Loop of 2^63 − 1 steps. */
export function addEndlessModel(home: string): string {
  const bool = (name: string) => ({ name, dataType: 'bool', shape: [] }) as const
  const body = bodyAttribute('body', {
    inputs: [
      { name: 'step', dataType: 'int64', shape: [] },
      bool('more'),
      float32Value('before', [1, 1, 2, 2]),
    ],
    outputs: [bool('goOn'), float32Value('after', [1, 1, 2, 2])],
    nodes: [
      ['Identity', ['more'], 'goOn'],
      ['Neg', ['before'], 'after'],
    ],
  })
  const model = smallModel({
    inputs: [float32Value('image', [1, 1, 2, 2])],
    outputs: [float32Value('logits', [1, 4])],
    initializers: { count: int64Tensor([], [2 ** 63]) },
    nodes: [
      ['Loop', ['count', '', 'image'], 'turned', { body }],
      ['Flatten', ['turned'], 'logits'],
    ],
  })
  return addFourClasses(home, 'endless', model)
}

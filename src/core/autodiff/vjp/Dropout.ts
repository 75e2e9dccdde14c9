import { numericValues } from '../../onnx/onnx-tensor.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** In inference Dropout is the identity: dx = g. */
export const Dropout: VjpRule = (node) => {
  const trainingMode = node.optionalInput(2)
  const ofData = (): Value => {
    const isInference =
      trainingMode === undefined || (trainingMode.constant && numericValues(trainingMode.constant)[0] === 0)
    if (isInference !== true) throw node.unsupported('inference', 'training_mode = true')
    return node.g
  }
  return [ofData, null, null]
}

import { RadversaryError } from '../../errors.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { ValueAnswer } from '../answers.ts'
import type { RegressionOutput } from './output.ts'

/** What outputs [N, 1] say of each sample, in the card's unit. Throws `tensor-invalid` for other outputs. */
export function valuePredictions(head: RegressionOutput, { shape, data }: Tensor): ValueAnswer[] {
  if (shape.length !== 2 || shape[1] !== 1)
    throw new RadversaryError('tensor-invalid', `Head: expected outputs [N, 1], got [${shape.join(', ')}]`, {
      tip: "Compare task and output of the model card with the model's output.",
    })
  return Array.from(data, (z) => ({ kind: 'value', value: head.scale * z + head.offset }))
}

/** Model outputs [N, 1] from values in the card's unit. */
export function valueTargets({ scale, offset }: RegressionOutput, values: readonly number[]): Tensor {
  return tensor(
    [values.length, 1],
    Float32Array.from(values, (value) => (value - offset) / scale),
  )
}

import { RadversaryError } from '../errors.ts'
import { firstNotFinite } from '../math/kernels.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Names what went into a model, so that a fault of its numbers can be looked for there. */
const tip =
  'Check mean, std, the intensity and valueRange of the model card; a network of 16-bit floats may overflow, and a ' +
  'logarithm or a division in it may have no value for this image.'

/**
 * Checks what a model gives before anything is concluded from it: of NaN there is no largest class and no
 * sign. `what` names it in the error, e.g. "Model output 'logits'". Returns `values`, all of them finite
 * float32 numbers. Throws `runtime-failed`.
 */
export function finite(values: Tensor, what: string): Tensor {
  const at = firstNotFinite(values.data)
  if (at < 0) return values
  const count = values.data.reduce((sum, value) => sum + Number(!Number.isFinite(value)), 0)
  throw new RadversaryError(
    'runtime-failed',
    `${what}: expected finite numbers, got ${String(values.data[at])} (${count} of ${values.data.length} values)`,
    { tip },
  )
}

import { tf } from '../tensorflow.ts'

type FusedConvolution = typeof tf.fused.conv2d

let isDone = false

/**
 * Lets `tf.fused.conv2d`, which layers call, be its parts while gradients are recorded: fused, it has no
 * gradient where it is dilated, and computes that of the filter along with every other.
 */
export function unfuseForGradients(): void {
  if (isDone) return
  isDone = true
  const { conv2d } = tf.fused
  tf.fused.conv2d = ((options: Parameters<FusedConvolution>[0]) => {
    const isRecorded = tf.engine().state.gradientDepth > 0
    return isRecorded && (options.activation ?? 'linear') === 'linear' ? parts(options) : conv2d(options)
  }) as FusedConvolution
}

function parts({
  x,
  filter,
  strides,
  pad,
  dataFormat,
  dilations,
  dimRoundingMode,
  bias,
}: Parameters<FusedConvolution>[0]) {
  const y = tf.conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode)
  return bias === undefined || (bias as unknown) === null ? y : tf.add(y, bias)
}

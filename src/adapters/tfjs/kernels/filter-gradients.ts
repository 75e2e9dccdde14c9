import { sizeOf } from '../../../core/tensor/tensor.ts'
import { tf } from '../tensorflow.ts'

const ofFilters = [tf.Conv2DBackpropFilter, tf.Conv3DBackpropFilterV2, tf.DepthwiseConv2dNativeBackpropFilter]

const done = new Set<string>()

/**
 * Zeros for gradients of filters: fused operations ask for them along with those of images, and nobody here
 * takes them.
 */
export function skipFilterGradients(backendName: string): void {
  if (done.has(backendName)) return
  done.add(backendName)
  for (const kernelName of ofFilters) {
    if ((tf.getKernel(kernelName, backendName) as unknown) !== undefined)
      tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({ kernelName, backendName, kernelFunc: ({ attrs }) => zeros(attrs) })
  }
}

function zeros(attrs: tf.NamedAttrMap | undefined): tf.TensorInfo {
  const shape = attrs?.['filterShape'] as number[]
  return {
    dataId: tf.backend().write(new Float32Array(sizeOf(shape)), shape, 'float32'),
    shape,
    dtype: 'float32',
  }
}

import { intsAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import { oneHotRows } from '../axis-map.ts'
import type { VjpRule } from '../rule.ts'
import { range } from '../shapes.ts'
import type { Value } from '../value.ts'

/**
 * dx = the blocks of g as columns [N, C taps, windows]: a convolution with one-hot kernels, channel by
 * channel.
 */
export const Col2Im: VjpRule = (node, emit) => {
  const { x, g } = node
  const block = node.input(2).constant
  const ofData = (): Value => {
    if (block === undefined) throw node.unsupported('a constant block_shape', 'one that depends on the image')
    const kernel = numericValues(block)
    const taps = sizeOf(kernel)
    const [n = 1, c = 1, ...image] = g.shape
    const [strides, dilations] = [intsAttribute(node, 'strides'), intsAttribute(node, 'dilations')]
    const pads = intsAttribute(node, 'pads') ?? [...kernel, ...kernel].map(() => 0)
    const windows = kernel.map((extent, axis) => {
      const span = (extent - 1) * (dilations?.[axis] ?? 1) + 1
      const padded = (image[axis] ?? 1) + (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0)
      return Math.floor((padded - span) / (strides?.[axis] ?? 1)) + 1
    })
    const oneHot = emit.floats([taps, 1, ...kernel], oneHotRows(range(taps), taps).weights)
    const attributes = {
      kernel_shape: kernel,
      pads,
      ...(strides && { strides }),
      ...(dilations && { dilations }),
    }
    return emit.reshape(
      emit.op('Conv', [emit.reshape(g, [n * c, 1, ...image]), oneHot], [n * c, taps, ...windows], {
        attributes,
      }),
      x.shape,
    )
  }
  return [ofData, null, null]
}

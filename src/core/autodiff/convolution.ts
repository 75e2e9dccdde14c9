import { rotatedKernels } from '../math/matrices.ts'
import { entry } from '../entry.ts'
import { intAttribute, intsAttribute, stringAttribute } from '../onnx/attributes.ts'
import type { Attributes } from '../onnx/graph.ts'
import { float32Tensor, floatValues, type OnnxTensor } from '../onnx/onnx-tensor.ts'
import { extentOf, sizeOf, type Shape } from '../tensor/tensor.ts'
import type { Emitter } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'
import type { InputVjp } from './rule.ts'
import { range } from './shapes.ts'

/** How windows lie on an image, one entry per spatial axis: of a convolution or a pooling. */
export interface Convolution {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Padding before the first and after the last pixel. */
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly group: number
}

/** Geometry of a Conv or pooling node; auto_pad is resolved with the extents of its image and its output. */
export function convolutionOf(
  node: ForwardNode,
  kernel: readonly number[],
  image: Shape,
  output: Shape,
): Convolution {
  const common = commonGeometry(node, kernel)
  const pads = intsAttribute(node, 'pads') ?? [...kernel, ...kernel].map(() => 0)
  const rank = kernel.length
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET')
  if (autoPad === 'NOTSET')
    return {
      ...common,
      before: kernel.map((_, axis) => entry(pads, axis)),
      after: kernel.map((_, axis) => entry(pads, rank + axis)),
    }
  if (autoPad === 'VALID') return { ...common, before: kernel.map(() => 0), after: kernel.map(() => 0) }
  const total = range(rank).map((axis) =>
    Math.max(spanOf(common, axis, extentOf(output, axis)) - extentOf(image, axis), 0),
  )
  return { ...common, ...halves(total, autoPad === 'SAME_UPPER') }
}

/**
 * Geometry of a ConvTranspose as that of the convolution it is the adjoint of: `image` is its input, `output`
 * its larger output.
 */
export function transposedConvolutionOf(
  node: ForwardNode,
  kernel: readonly number[],
  image: Shape,
  output: Shape,
): Convolution {
  const common = commonGeometry(node, kernel)
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET')
  if (intsAttribute(node, 'output_shape') === undefined && autoPad === 'NOTSET')
    return convolutionOf(node, kernel, output, image)
  const outputPadding = intsAttribute(node, 'output_padding') ?? kernel.map(() => 0)
  const total = range(kernel.length).map((axis) =>
    Math.max(
      spanOf(common, axis, extentOf(image, axis)) + entry(outputPadding, axis) - extentOf(output, axis),
      0,
    ),
  )
  return { ...common, ...halves(total, autoPad === 'SAME_UPPER') }
}

/** Pixels from the first window's start to the last one's end. */
export function spanOf(
  { strides, kernel, dilations }: Omit<Convolution, 'before' | 'after'>,
  axis: number,
  windows: number,
): number {
  return (windows - 1) * entry(strides, axis) + (entry(kernel, axis) - 1) * entry(dilations, axis) + 1
}

/** An odd pixel goes to the end (SAME_UPPER) or to the beginning. */
function halves(total: readonly number[], oddToEnd: boolean): Pick<Convolution, 'before' | 'after'> {
  const before = total.map((pad) => (oddToEnd ? Math.floor(pad / 2) : Math.ceil(pad / 2)))
  return { before, after: total.map((pad, axis) => pad - entry(before, axis)) }
}

function commonGeometry(node: ForwardNode, kernel: readonly number[]): Omit<Convolution, 'before' | 'after'> {
  const ones = kernel.map(() => 1)
  return {
    kernel,
    strides: intsAttribute(node, 'strides') ?? ones,
    dilations: intsAttribute(node, 'dilations') ?? ones,
    group: intAttribute(node, 'group', 1),
  }
}

/** Attributes of a Conv of this geometry. */
export function convolutionAttributes({
  kernel,
  strides,
  dilations,
  before,
  after,
  group,
}: Convolution): Attributes {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after], group }
}

/** [M, C/group, …] to [C, M/group, …], every spatial axis reversed. */
export function rotatedKernel(kernel: OnnxTensor, group: number): OnnxTensor {
  const [m, perGroup, spatial] = [extentOf(kernel.shape, 0), extentOf(kernel.shape, 1), kernel.shape.slice(2)]
  const outputs = m / group
  const rotated = rotatedKernels(floatValues(kernel), { m, perGroup, outputs, taps: sizeOf(spatial) })
  return float32Tensor([group * perGroup, outputs, ...spatial], rotated)
}

/** The bias's cotangent: g summed over batch and space. */
export function biasVjp(node: ForwardNode, emit: Emitter): InputVjp {
  return () => {
    const bias = node.input(2)
    const axes = range(node.y.shape.length).filter((axis) => axis !== 1)
    return emit.reshape(emit.reduce('ReduceSum', node.g, axes), bias.shape)
  }
}

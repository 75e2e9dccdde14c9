import { extentOf } from '../../tensor/tensor.ts'
import { intAttribute } from '../../onnx/attributes.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import type { Decomposition } from './decomposition.ts'
import type { ForwardNode } from '../forward-node.ts'
import { axisOf, range } from '../shapes.ts'

/**
 * The discrete Fourier transform (opset 17) as a product with a matrix of cosines and sines: along one axis
 * of a signal whose last axis holds real parts, or real and imaginary ones. Longer transforms take zeros,
 * shorter ones cut.
 */
export const dft: Decomposition = (node, emit, opset) => {
  const { x } = node
  const rank = x.shape.length
  const axis = axisOf(opset < 20 ? intAttribute(node, 'axis', 1) : constantOf(node, 2, -2), rank)
  const isInverse = intAttribute(node, 'inverse', 0) !== 0
  const isOneSided = intAttribute(node, 'onesided', 0) !== 0
  const [bins, outParts] = [extentOf(node.y.shape, axis), node.y.shape[rank - 1] ?? 2]
  const given = extentOf(x.shape, axis)
  const length = isInverse ? bins : constantOf(node, 1, given)
  const [taken, parts] = [given, extentOf(x.shape, rank - 1)]
  const order = [...range(rank - 1).filter((each) => each !== axis), axis, rank - 1]
  const last = emit.transpose(x, order)
  const outer = last.shape.slice(0, -2)
  const matrix = fourierMatrix({ taken, parts, length, bins, outParts, isInverse, isOneSided })
  const columns = emit.reshape(last, [...outer, 1, taken * parts])
  const product = emit.matmul(columns, emit.floats([taken * parts, bins * outParts], matrix))
  const transformed = emit.reshape(product, [...outer, bins, outParts])
  return [
    emit.transpose(
      transformed,
      range(rank).map((each) => order.indexOf(each)),
    ),
  ]
}

function constantOf(node: ForwardNode, index: number, otherwise: number): number {
  const value = node.optionalInput(index)
  if (value === undefined) return otherwise
  if (value.constant === undefined) throw node.unsupported('constant sizes', 'sizes that depend on the image')
  return numericValues(value.constant)[0] ?? otherwise
}

interface Fourier {
  /** Samples that there are; those beyond `length` are cut. */
  readonly taken: number
  /** 1 of real samples, 2 of complex ones. */
  readonly parts: number
  readonly length: number
  readonly bins: number
  /** 1 where the result is real. */
  readonly outParts: number
  readonly isInverse: boolean
  readonly isOneSided: boolean
}

/**
 * One row per sample and part, one column per bin and part: e^(∓2πi bin sample / length), the inverse divided
 * by `length`. An inverse of one side counts every frequency that has a mirror image twice.
 */
function fourierMatrix(options: Fourier): Float32Array {
  const { taken, parts, length, bins, outParts, isInverse } = options
  const columns = bins * outParts
  const matrix = new Float32Array(taken * parts * columns)
  for (let sample = 0; sample < Math.min(taken, length); sample += 1)
    for (let bin = 0; bin < bins; bin += 1) {
      const angle = ((isInverse ? 2 : -2) * Math.PI * ((bin * sample) % length)) / length
      const scale = weightOf(sample, options)
      const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)]
      matrix.set([cos, sin].slice(0, outParts), sample * parts * columns + bin * outParts)
      if (parts === 2) matrix.set([-sin, cos].slice(0, outParts), (sample * 2 + 1) * columns + bin * outParts)
    }
  return matrix
}

function weightOf(frequency: number, { length, isInverse, isOneSided }: Fourier): number {
  if (!isInverse) return 1
  if (!isOneSided) return 1 / length
  if (frequency > length / 2) return 0
  return (frequency === 0 || frequency * 2 === length ? 1 : 2) / length
}

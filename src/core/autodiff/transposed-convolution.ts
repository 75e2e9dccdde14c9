import type { OnnxTensor } from '../onnx/onnx-tensor.ts'
import { sizeOf, type Shape } from '../tensor/tensor.ts'
import { spread } from './axis-map.ts'
import { phaseByPhase } from './convolution-phases.ts'
import { convolutionAttributes, rotatedKernel, spanOf, type Convolution } from './convolution.ts'
import type { Emitter } from './emitter.ts'
import type { Value } from './value.ts'

/**
 * The adjoint of a convolution, which maps g back to an image of `shape`. Windows that reach beyond the
 * padding (ceil_mode) are cut off.
 */
export function transposedConvolution(
  g: Value,
  kernel: Value,
  shape: Shape,
  geometry: Convolution,
  emit: Emitter,
): Value {
  const special = kernel.constant && specialForm(g, kernel.constant, shape, geometry, emit)
  if (special !== undefined) return special
  const missing = geometry.kernel.map((_, axis) => {
    const covered =
      spanOf(geometry, axis, g.shape[axis + 2] ?? 1) -
      (geometry.before[axis] ?? 0) -
      (geometry.after[axis] ?? 0)
    return (shape[axis + 2] ?? 1) - covered
  })
  const after = geometry.after.map((pad, axis) => pad + Math.max(-(missing[axis] ?? 0), 0))
  const attributes = {
    ...convolutionAttributes({ ...geometry, after }),
    output_padding: missing.map((pixels) => Math.max(pixels, 0)),
  }
  return emit.op('ConvTranspose', [g, kernel], shape, { attributes })
}

/** Each window's value added to all its pixels, channel by channel: the adjoint of summing over windows. */
export function spreadOverWindows(g: Value, shape: Shape, geometry: Convolution, emit: Emitter): Value {
  const [n = 1, c = 1, ...image] = shape
  const ones = (channels: number): Value =>
    emit.floats(
      [channels, 1, ...geometry.kernel],
      new Float32Array(channels * sizeOf(geometry.kernel)).fill(1),
    )
  if (emit.device === 'cpu' && image.length === 2)
    return transposedConvolution(g, ones(c), shape, { ...geometry, group: c }, emit)
  const single = emit.reshape(g, [n * c, 1, ...g.shape.slice(2)])
  return emit.reshape(
    transposedConvolution(single, ones(1), [n * c, 1, ...image], { ...geometry, group: 1 }, emit),
    shape,
  )
}

/** What a provider does better than ConvTranspose, or instead of it. */
function specialForm(
  g: Value,
  kernel: OnnxTensor,
  shape: Shape,
  geometry: Convolution,
  emit: Emitter,
): Value | undefined {
  if (isBetterSpread(geometry, shape, emit.device))
    return spreadConvolution(g, rotatedKernel(kernel, geometry.group), shape, geometry, emit)
  return emit.device === 'cpu' ? phaseByPhase(g, kernel, shape, geometry, emit) : undefined
}

/**
 * WebGPU has no ConvTranspose in three dimensions. The CPU's takes one channel after the other on one thread
 * where each has a kernel of its own: that was an eighth of a MobileNetV3's gradient step, and is a twentieth
 * now.
 */
function isBetterSpread({ kernel, group }: Convolution, shape: Shape, device: string): boolean {
  if (device === 'cpu') return kernel.length === 2 && group > 1 && group === shape[1]
  return device === 'webgpu' && kernel.length > 2
}

/**
 * The same as a plain convolution at stride 1: of g with zeros between its elements, by the rotated kernel.
 */
function spreadConvolution(
  g: Value,
  rotated: OnnxTensor,
  shape: Shape,
  geometry: Convolution,
  emit: Emitter,
): Value {
  const { kernel, strides, dilations, before, group } = geometry
  const wide = spreadImage(g, strides, emit)
  const reach = kernel.map((extent, axis) => (extent - 1) * (dilations[axis] ?? 1))
  const first = reach.map((each, axis) => each - (before[axis] ?? 0))
  const last = reach.map(
    (each, axis) => (shape[axis + 2] ?? 1) + each - (wide.shape[axis + 2] ?? 1) - (first[axis] ?? 0),
  )
  // A convolution pads but does not crop.
  const [crops, pads] = [(count: number) => Math.min(count, 0), (count: number) => Math.max(count, 0)]
  const cropped = emit.pad(wide, [0, 0, ...first.map(crops)], [0, 0, ...last.map(crops)])
  const attributes = { kernel_shape: kernel, dilations, pads: [...first.map(pads), ...last.map(pads)], group }
  return emit.op('Conv', [cropped, emit.constant(rotated)], shape, { attributes })
}

/** An image with zeros between its pixels; zeros may follow the last one too. */
function spreadImage(image: Value, strides: readonly number[], emit: Emitter): Value {
  if (emit.device !== 'cpu' || strides.length !== 2 || strides.every((stride) => stride === 1))
    return strides.reduce((value, stride, axis) => spread(value, axis + 2, stride, emit), image)
  const [rowStep = 1, columnStep = 1] = strides
  const repeated = emit.repeat(image, strides)
  const [, , rows = 1, columns = 1] = repeated.shape
  const isPixel = Float32Array.from({ length: rows * columns }, (_, index) =>
    Math.floor(index / columns) % rowStep === 0 && (index % columns) % columnStep === 0 ? 1 : 0,
  )
  return emit.mul(repeated, emit.floats([rows, columns], isPixel))
}

import { entry } from '../entry.ts'
import { float32Tensor, floatValues, type OnnxTensor } from '../onnx/onnx-tensor.ts'
import { extentOf, extents4, type Shape, sizeOf } from '../tensor/tensor.ts'
import { spread } from './axis-map.ts'
import { type Convolution, convolutionAttributes, rotatedKernel, spanOf } from './convolution.ts'
import type { Emitter, Value } from './emitter.ts'
import { range } from './shapes.ts'

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
      spanOf(geometry, axis, extentOf(g.shape, axis + 2)) -
      entry(geometry.before, axis) -
      entry(geometry.after, axis)
    return extentOf(shape, axis + 2) - covered
  })
  const after = geometry.after.map((pad, axis) => pad + Math.max(-entry(missing, axis), 0))
  const attributes = {
    ...convolutionAttributes({ ...geometry, after }),
    output_padding: missing.map((pixels) => Math.max(pixels, 0)),
  }
  return emit.op('ConvTranspose', [g, kernel], shape, { attributes })
}

/** Each window's value added to all its pixels, channel by channel: the adjoint of summing over windows. */
export function spreadOverWindows(g: Value, shape: Shape, geometry: Convolution, emit: Emitter): Value {
  const [n, c, image] = [extentOf(shape, 0), extentOf(shape, 1), shape.slice(2)]
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
  const reach = kernel.map((extent, axis) => (extent - 1) * entry(dilations, axis))
  const first = reach.map((each, axis) => each - entry(before, axis))
  const last = reach.map(
    (each, axis) => extentOf(shape, axis + 2) + each - extentOf(wide.shape, axis + 2) - entry(first, axis),
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
  const [rowStep, columnStep] = stepsOf({ strides })
  const repeated = emit.repeat(image, strides)
  const [rows, columns] = [extentOf(repeated.shape, 2), extentOf(repeated.shape, 3)]
  const isPixel = Float32Array.from({ length: rows * columns }, (_, index) =>
    Math.floor(index / columns) % rowStep === 0 && (index % columns) % columnStep === 0 ? 1 : 0,
  )
  return emit.mul(repeated, emit.floats([rows, columns], isPixel))
}

/** Beyond this the product that interleaves columns costs what ConvTranspose loses. */
const longestRow = 16
/** With fewer, ONNX Runtime's convolutions work on padding. */
const fewestChannels = 16

/**
 * One axis of one phase: the taps of the kernel that meet its pixels, last one first, and the padding of g
 * that puts them there.
 */
interface AxisPhase {
  readonly taps: readonly number[]
  readonly before: number
  readonly after: number
}

/** The pixels at one place modulo the strides. */
interface Phase {
  readonly row: number
  readonly column: number
  readonly axes: readonly [AxisPhase, AxisPhase]
}

/**
 * The adjoint of a strided convolution of images, phase by phase: pixels at the same place modulo the strides
 * meet the same taps, every stride-th of the kernel, so a phase is a convolution of g at stride 1 by those
 * taps alone. A product with a constant 0-1 matrix then puts the columns of all phases in order. (ONNX
 * Runtime's ConvTranspose on the CPU adds up what overlaps on one thread; a ResNet-50's gradient step takes 2
 * % less than with it, 4 % at batch 4.) `kernel` is the convolution's, [M, C, …]. Undefined where it would
 * not pay.
 */
function phaseByPhase(
  g: Value,
  kernel: OnnxTensor,
  shape: Shape,
  geometry: Convolution,
  emit: Emitter,
): Value | undefined {
  if (!pays(g, shape, geometry)) return undefined
  const [n, c, height, width] = extents4(shape)
  const [rowStep, columnStep] = stepsOf(geometry)
  const [rows, columns] = [height / rowStep, width / columnStep]
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) return undefined
  const phases = phasesOf(g, [rows, columns], geometry)
  if (phases.some(({ axes }) => axes.some(({ before, after }) => before < 0 || after < 0))) return undefined
  const images = phases.map(({ axes }) => {
    const taps = emit.constant(tapsOf(kernel, axes[0].taps, axes[1].taps))
    const pads = [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)]
    return emit.op('Conv', [g, taps], [n, c, rows, columns], {
      attributes: { kernel_shape: taps.shape.slice(2), pads },
    })
  })
  return emit.reshape(
    emit.matmul(emit.concat(images, 3), interleaving(phases, columns, geometry.strides, emit)),
    shape,
  )
}

/** The strides of a convolution of images. */
function stepsOf({ strides }: Pick<Convolution, 'strides'>): readonly [rows: number, columns: number] {
  return [entry(strides, 0), entry(strides, 1)]
}

function pays(g: Value, shape: Shape, { strides, dilations, group }: Convolution): boolean {
  const isPlain = strides.length === 2 && group === 1 && dilations.every((dilation) => dilation === 1)
  if (!isPlain || strides.every((stride) => stride === 1)) return false
  const [, channels, , columns] = extents4(g.shape)
  return columns <= longestRow && Math.min(channels, extentOf(shape, 1)) >= fewestChannels
}

/** The phases that a tap meets; the others are zero. */
function phasesOf(g: Value, extents: Shape, geometry: Convolution): Phase[] {
  const [rowStep, columnStep] = stepsOf(geometry)
  return range(rowStep).flatMap((row) =>
    range(columnStep).flatMap((column) => {
      const axes = [
        axisPhase(row, 0, g, extents, geometry),
        axisPhase(column, 1, g, extents, geometry),
      ] as const
      return axes.every(({ taps }) => taps.length > 0) ? [{ row, column, axes }] : []
    }),
  )
}

/**
 * Pixel s q + a of x meets g[q + d − t] through tap first + s t, where first = (a + p) mod s and d = (a + p −
 * first) / s.
 */
function axisPhase(place: number, axis: number, g: Value, extents: Shape, geometry: Convolution): AxisPhase {
  const [stride, pad] = [entry(geometry.strides, axis), entry(geometry.before, axis)]
  const first = (place + pad) % stride
  const taps = range(entry(geometry.kernel, axis)).filter((tap) => tap % stride === first)
  const before = taps.length - 1 - (place + pad - first) / stride
  const after = extentOf(extents, axis) + taps.length - 1 - extentOf(g.shape, axis + 2) - before
  return { taps: taps.toReversed(), before, after }
}

/** [M, C, …] to [C, M, …] with some of the taps. */
function tapsOf(kernel: OnnxTensor, rows: readonly number[], columns: readonly number[]): OnnxTensor {
  const [m, c, height, width] = extents4(kernel.shape)
  const source = floatValues(kernel)
  const taps = new Float32Array(c * m * rows.length * columns.length)
  let at = 0
  for (let input = 0; input < c; input++)
    for (let output = 0; output < m; output++)
      for (const row of rows)
        for (const column of columns)
          taps[at++] = entry(source, ((output * c + input) * height + row) * width + column)
  return float32Tensor([c, m, rows.length, columns.length], taps)
}

/** From rows of all phases side by side to `rowStep` rows, one after the other, of their columns in order. */
function interleaving(
  phases: readonly Phase[],
  columns: number,
  [rowStep = 1, columnStep = 1]: readonly number[],
  emit: Emitter,
): Value {
  const [inputs, outputs] = [phases.length * columns, rowStep * columnStep * columns]
  const matrix = new Float32Array(inputs * outputs)
  for (const [index, { row, column }] of phases.entries())
    for (const each of range(columns))
      matrix[(index * columns + each) * outputs + (row * columns + each) * columnStep + column] = 1
  return emit.floats([inputs, outputs], matrix)
}

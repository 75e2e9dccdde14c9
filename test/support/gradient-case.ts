import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LossSpec } from '../../src/core/model/ports.ts'
import { sizeOf, tensor, type Shape, type Tensor } from '../../src/core/tensor/tensor.ts'

/**
 * A model exported from PyTorch, with its input and PyTorch's gradients: a folder as
 * scripts/goldens/gradients.py writes it.
 */
export interface GradientCase {
  readonly x: Tensor
  readonly logits: Tensor
  readonly cotangent: Tensor
  readonly gradientOfLoss: Tensor
  readonly gradientOfDot: Tensor
  readonly loss: LossSpec
  readonly totalLoss: number
}

interface Description {
  readonly input: Shape
  readonly logits: Shape
  readonly loss: number
  readonly definition: string
}

export function readGradientCase(folder: string): GradientCase {
  const at = (file: string): string => join(folder, file)
  const description = JSON.parse(readFileSync(at('case.json'), 'utf8')) as Description
  const kind = description.definition.includes('binary') ? 'binary-cross-entropy' : 'cross-entropy'
  return {
    x: readTensor(at('input.f32'), description.input),
    logits: readTensor(at('logits.f32'), description.logits),
    cotangent: readTensor(at('cotangent.f32'), description.logits),
    gradientOfLoss: readTensor(at('grad_loss.f32'), description.input),
    gradientOfDot: readTensor(at('grad_vjp.f32'), description.input),
    loss: { kind, terms: [{ target: targetOf(at('target.f32'), description.logits), weight: 1 }] },
    totalLoss: description.loss,
  }
}

/** Class indices [N, ...] as one-hot [N, K, ...]; targets of the logits' size as they are. */
function targetOf(path: string, logits: Shape): Tensor {
  const bytes = readFileSync(path)
  if (bytes.byteLength === 4 * sizeOf(logits)) return readTensor(path, logits)
  const [, classes = 1, ...spatial] = logits
  const labels = readTensor(path, [bytes.byteLength / 4]).data
  const target = tensor(logits)
  const pixels = sizeOf(spatial)
  labels.forEach((label, index) => {
    target.data[(Math.floor(index / pixels) * classes + label) * pixels + (index % pixels)] = 1
  })
  return target
}

function readTensor(path: string, shape: Shape): Tensor {
  const bytes = readFileSync(path)
  return tensor(
    shape,
    new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
  )
}

/** ||a − b|| / ||b||. Throws for different shapes. */
export function relativeError(a: Tensor, b: Tensor): number {
  if (a.shape.join() !== b.shape.join()) throw new Error(`shapes [${a.shape.join()}] and [${b.shape.join()}]`)
  const norm = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return norm(a.data.map((value, index) => value - (b.data[index] ?? NaN))) / norm(b.data)
}

import type { DifferentiableModel, LossSpec } from '../../src/core/model/ports.ts'
import { sizeOf, tensor, type Shape, type Tensor } from '../../src/core/tensor/tensor.ts'
import { uniformTensor } from './numbers.ts'

/**
 * A model whose logits and their derivative can be written down, so that what an attack does to it can be
 * worked out by hand.
 */
export interface AnalyticModel extends DifferentiableModel {
  /** Batch sizes of the calls so far, in order. */
  readonly calls: { readonly kind: 'predict' | 'gradient'; readonly count: number }[]
}

interface Formula {
  readonly imageShape: Shape
  readonly classes: number
  readonly logits: (x: Float32Array) => number[]
  /** Σ_k cotangent_k · dz_k/dx. */
  readonly pullBack: (x: Float32Array, cotangent: readonly number[]) => Float32Array
}

/** z = Wx + b, one row of W per class. */
export function linearModel(
  imageShape: Shape,
  weights: readonly (readonly number[])[],
  bias: readonly number[] = [],
): AnalyticModel {
  return analyticModel({
    imageShape,
    classes: weights.length,
    logits: (x) => weights.map((row, k) => x.reduce((sum, value, i) => sum + value * row[i]!, bias[k] ?? 0)),
    pullBack: (x, cotangent) =>
      x.map((_, i) => weights.reduce((sum, row, k) => sum + row[i]! * cotangent[k]!, 0)),
  })
}

/** z_k = −sharpness · ‖x − centre_k‖²: the nearest of random centres. Its gradient changes along the way. */
export function nearestCentreModel(imageShape: Shape, classes: number, sharpness = 0.2): AnalyticModel {
  const centres = Array.from({ length: classes }, (_, k) => uniformTensor(imageShape, k + 1, [0.2, 0.8]).data)
  return analyticModel({
    imageShape,
    classes,
    logits: (x) =>
      centres.map((centre) => -sharpness * x.reduce((sum, value, i) => sum + (value - centre[i]!) ** 2, 0)),
    pullBack: (x, cotangent) =>
      x.map((value, i) =>
        centres.reduce((sum, centre, k) => sum - 2 * sharpness * (value - centre[i]!) * cotangent[k]!, 0),
      ),
  })
}

function analyticModel({ imageShape, classes, logits, pullBack }: Formula): AnalyticModel {
  const calls: AnalyticModel['calls'] = []
  const forward = (x: Tensor) => {
    if (x.shape.slice(1).join() !== imageShape.join())
      throw new Error(`expected [N, ${imageShape.join(', ')}], got [${x.shape.join(', ')}]`)
    return tensor([x.shape[0]!, classes], Float32Array.from(rows(x).flatMap(logits)))
  }
  return {
    calls,
    input: { name: 'x', shape: [null, ...imageShape] },
    output: { name: 'z', shape: [null, classes] },
    predict: (x) => {
      calls.push({ kind: 'predict', count: x.shape[0]! })
      return Promise.resolve(forward(x))
    },
    lossAndGradient: (x, loss) => {
      calls.push({ kind: 'gradient', count: x.shape[0]! })
      const z = forward(x)
      const gradient = tensor(x.shape)
      const size = sizeOf(imageShape)
      const losses = rows(x).map((row, n) => {
        const head = lossAndCotangent(rows(z)[n]!, loss, n)
        gradient.data.set(pullBack(row, head.cotangent), n * size)
        return head.loss
      })
      return Promise.resolve({ loss: Float32Array.from(losses), logits: z, gradient })
    },
    dispose: () => Promise.resolve(),
  }
}

interface LossAtLogits {
  readonly loss: number
  readonly cotangent: number[]
}

function lossAndCotangent(z: Float32Array, spec: LossSpec, sample: number): LossAtLogits {
  const { kind } = spec
  if (kind === 'cross-entropy' || kind === 'binary-cross-entropy')
    return likelihood(z, { ...spec, kind }, sample)
  const parts = spec.terms.map(({ target, weight }) => ({
    weight,
    ...ofLogits(kind, z, rows(target)[sample]!),
  }))
  return {
    loss: parts.reduce((sum, { loss, weight }) => sum + weight * loss, 0),
    cotangent: [...z].map((_, k) =>
      parts.reduce((sum, { cotangent, weight }) => sum + weight * cotangent[k]!, 0),
    ),
  }
}

/** The losses that are made of logits and not of probabilities. */
function ofLogits(kind: LossSpec['kind'], z: Float32Array, t: Float32Array): LossAtLogits {
  const order = [...z.keys()].sort((a, b) => z[b]! - z[a]!)
  const unit = (k: number | undefined) => [...z].map((_, i) => Number(i === k))
  const other = unit(order.find((k) => t[k]! < 0.5))
  const margin = other.map((value, k) => value - t[k]!)
  switch (kind) {
    case 'dot':
      return { loss: inner(z, t), cotangent: [...t] }
    case 'margin':
      return { loss: inner(z, margin), cotangent: margin }
    case 'dlr':
      return ratio(
        z,
        margin,
        unit(order[0]).map((value, k) => value - unit(order[2])[k]!),
      )
    case 'targeted-dlr': {
      const [third, fourth] = [unit(order[2]), unit(order[3])]
      return ratio(
        z,
        [...t],
        unit(order[0]).map((value, k) => value - (third[k]! + fourth[k]!) / 2),
      )
    }
    default:
      throw new Error(`${JSON.stringify(kind)} is not among the losses of analytic models`)
  }
}

/** (a·z) / (b·z) */
function ratio(z: Float32Array, a: readonly number[], b: readonly number[]): LossAtLogits {
  const [above, below] = [inner(z, a), Math.max(inner(z, b), 1e-12)]
  return { loss: above / below, cotangent: a.map((value, k) => (value - (above / below) * b[k]!) / below) }
}

function inner(a: Float32Array, b: ArrayLike<number>): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0)
}

function likelihood(z: Float32Array, { kind, terms }: LossSpec, sample: number): LossAtLogits {
  const p = [...z].map((value) =>
    kind === 'cross-entropy' ? Math.exp(value) / z.reduce((sum, v) => sum + Math.exp(v), 0) : sigmoid(value),
  )
  const cotangent = p.map(() => 0)
  let loss = 0
  for (const { target, weight } of terms) {
    const t = rows(target)[sample]!
    for (const [k, pk] of p.entries()) {
      if (kind === 'cross-entropy') {
        loss -= weight * t[k]! * Math.log(pk)
        cotangent[k]! += weight * (pk * t.reduce((sum, v) => sum + v, 0) - t[k]!)
      } else {
        loss -= (weight * (t[k]! * Math.log(pk) + (1 - t[k]!) * Math.log(1 - pk))) / p.length
        cotangent[k]! += (weight * (pk - t[k]!)) / p.length
      }
    }
  }
  return { loss, cotangent }
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z))
}

function rows({ shape: [count = 0, ...rest], data }: Tensor): Float32Array[] {
  const size = sizeOf(rest)
  return Array.from({ length: count }, (_, n) => data.subarray(n * size, (n + 1) * size))
}

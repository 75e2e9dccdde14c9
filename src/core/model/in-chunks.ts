import { extentOf, concatenate, tensor, type Tensor } from '../tensor/tensor.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec } from './ports.ts'

/**
 * The same model, run on at most `most` samples at a time, so that its activations take no more memory for a
 * larger batch.
 */
export function inChunks(model: DifferentiableModel, most: number): DifferentiableModel {
  return {
    input: model.input,
    output: model.output,
    predict: async (x) => {
      if (extentOf(x.shape, 0) <= most) return model.predict(x)
      const parts: Tensor[] = []
      for (const part of chunks(x, most)) parts.push(await model.predict(part))
      return concatenate(parts)
    },
    lossAndGradient: async (x, loss) => {
      if (extentOf(x.shape, 0) <= most) return model.lossAndGradient(x, loss)
      const specs = chunksOfLoss(loss, Math.ceil(extentOf(x.shape, 0) / most), most)
      const parts: LossAndGradient[] = []
      for (const [at, part] of chunks(x, most).entries())
        parts.push(await model.lossAndGradient(part, specs[at] ?? { kind: loss.kind, terms: [] }))
      return joined(parts)
    },
    dispose: () => model.dispose(),
  }
}

/** Views. */
function chunks({ shape: [count = 0, ...rest], data }: Tensor, most: number): Tensor[] {
  const size = data.length / count
  return Array.from({ length: Math.ceil(count / most) }, (_, at) => {
    const [from, to] = [at * most, Math.min((at + 1) * most, count)]
    return tensor([to - from, ...rest], data.subarray(from * size, to * size))
  })
}

/** The loss of each of `count` chunks of `most` samples. */
export function chunksOfLoss({ kind, terms }: LossSpec, count: number, most: number): LossSpec[] {
  const parted = terms.map(({ target, weight }) =>
    chunks(target, most).map((part) => ({ target: part, weight })),
  )
  return Array.from({ length: count }, (_, at) => ({
    kind,
    terms: parted.flatMap((parts) => parts[at] ?? []),
  }))
}

/** What chunks of a batch gave, as the batch's. */
export function joined(parts: readonly LossAndGradient[]): LossAndGradient {
  return {
    loss: Float32Array.from(parts.flatMap(({ loss }) => [...loss])),
    logits: concatenate(parts.map(({ logits }) => logits)),
    gradient: concatenate(parts.map(({ gradient }) => gradient)),
  }
}

import { extentOf, concatenate, tensor, type Tensor } from '../tensor/tensor.ts'
import { entry } from '../entry.ts'
import { mapBeside, type BesideImages } from './beside.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec } from './ports.ts'

/**
 * The same model, run on at most `most` samples at a time, so that its activations take no more memory for a
 * larger batch.
 */
export function inChunks(model: DifferentiableModel, most: number): DifferentiableModel {
  return {
    input: model.input,
    output: model.output,
    predict: async (x, beside) => {
      if (extentOf(x.shape, 0) <= most) return model.predict(x, beside)
      const parts: Tensor[] = []
      for (const [at, part] of chunks(x, most).entries())
        parts.push(await model.predict(part, chunkOf(beside, at, most)))
      return concatenate(parts)
    },
    lossAndGradient: async (x, loss, beside) => {
      if (extentOf(x.shape, 0) <= most) return model.lossAndGradient(x, loss, beside)
      const specs = chunksOfLoss(loss, Math.ceil(extentOf(x.shape, 0) / most), most)
      const parts: LossAndGradient[] = []
      for (const [at, part] of chunks(x, most).entries())
        parts.push(
          await model.lossAndGradient(
            part,
            specs[at] ?? { kind: loss.kind, terms: [] },
            chunkOf(beside, at, most),
          ),
        )
      return joined(parts)
    },
    dispose: () => model.dispose(),
  }
}

function chunkOf(beside: BesideImages | undefined, at: number, most: number): BesideImages | undefined {
  return mapBeside(beside, (values) => entry(chunks(values, most), at))
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

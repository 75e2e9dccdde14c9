import { extentOf, concatenate, samplesOf, type Tensor } from '../tensor/tensor.ts'
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
        parts.push(await model.predict(part, chunkBeside(beside, at, most)))
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
            chunkBeside(beside, at, most),
          ),
        )
      return joined(parts)
    },
    dispose: () => model.dispose(),
  }
}

function chunkBeside(beside: BesideImages | undefined, at: number, most: number): BesideImages | undefined {
  return mapBeside(beside, (values) => chunkAt(values, at, most))
}

/** Views. */
function chunks(x: Tensor, most: number): Tensor[] {
  return Array.from({ length: Math.ceil(extentOf(x.shape, 0) / most) }, (_, at) => chunkAt(x, at, most))
}

function chunkAt(x: Tensor, at: number, most: number): Tensor {
  return samplesOf(x, at * most, Math.min((at + 1) * most, extentOf(x.shape, 0)))
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

import { entry } from '../entry.ts'
import { addRow } from '../math/volume.ts'
import { concatenate, extentOf, samplesOf, tensor } from '../tensor/tensor.ts'
import { mapBeside, type BesideImages } from './beside.ts'
import { chunksOfLoss } from './in-chunks.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec } from './ports.ts'

/**
 * A model of slices [S, C, H, W] whose channels are C series, as one that answers for every image of these:
 * logits [C·S, …] are those of the S slices, once for each series. Losses are of all images; where series
 * have other targets, each takes a pass of its own. What lies beside the images is the first series'.
 */
export function answeringForSeries(model: DifferentiableModel, series: number): DifferentiableModel {
  return {
    input: model.input,
    output: model.output,
    predict: async (x, beside, space) => {
      const logits = await model.predict(x, ofFirst(beside, extentOf(x.shape, 0)), space)
      return concatenate(copies(logits, series))
    },
    lossAndGradient: async (x, spec, beside, space) => {
      const slices = extentOf(x.shape, 0)
      const parts = chunksOfLoss(spec, series, slices)
      const ask = (part: LossSpec) => model.lossAndGradient(x, part, ofFirst(beside, slices), space)
      const first = entry(parts, 0)
      if (parts.every((part) => areSame(part, first))) return summed(copies(await ask(first), series))
      const found: LossAndGradient[] = []
      for (const part of parts) found.push(await ask(part))
      return summed(found)
    },
    dispose: () => model.dispose(),
  }
}

function copies<Value>(value: Value, count: number): Value[] {
  return Array.from({ length: count }, () => value)
}

function ofFirst(beside: BesideImages | undefined, slices: number): BesideImages | undefined {
  return mapBeside(beside, (values) => samplesOf(values, 0, slices))
}

function areSame(one: LossSpec, other: LossSpec): boolean {
  return one.terms.every(({ target }, n) => {
    const { data } = entry(other.terms, n).target
    return target.data.every((value, i) => value === data[i])
  })
}

/** Every image's loss and logits, and what all of them give to the slices that they share. */
function summed(parts: readonly LossAndGradient[]): LossAndGradient {
  const gradient = tensor(entry(parts, 0).gradient.shape)
  for (const {
    gradient: { data },
  } of parts)
    addRow(gradient.data, 0, data, 0, data.length)
  return {
    loss: Float32Array.from(parts.flatMap(({ loss }) => [...loss])),
    logits: concatenate(parts.map(({ logits }) => logits)),
    gradient,
  }
}

import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { extentOf, concatenate, sampleOf, samplesOf, type Tensor } from '../tensor/tensor.ts'
import { mapBeside, type BesideImages } from './beside.ts'
import { chunksOfLoss, joined } from './in-chunks.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec } from './ports.ts'

/** What a file says of the batches that its graph takes. */
export interface BatchFacts {
  /** The number of samples that the input is declared with; undefined where it is free. */
  readonly declared: number | undefined
  /** Numbers that stand where a graph for any batch has the batch: first extents of reshaped values. */
  readonly constant: readonly number[]
  /** Whether all samples of a batch go one way through the graph, which they choose together (If, Loop). */
  readonly isDecidedTogether?: boolean
}

/** Largest difference, of the largest logit, between a sample alone and in a batch. */
const mostDifference = 1e-2

/** Faults of a graph that may be its batch's. */
const ofTheGraph: readonly string[] = ['model-unsupported', 'model-unreadable', 'runtime-failed']

/**
 * The same model for batches of any size. Where its graph takes one size only, it is run on as many samples
 * at a time, the last one repeated as often as some are missing. Whether the graph takes others is found by
 * running it, once: a batch must run, and its samples must not change each other.
 */
export function anyBatch(model: DifferentiableModel, facts: BatchFacts): DifferentiableModel {
  const sizes = [
    ...new Set([...(facts.declared === undefined ? [] : [facts.declared]), 1, ...facts.constant]),
  ]
  let isKnown = facts.isDecidedTogether === true
  /** The one size that the graph takes; undefined for any. */
  let only = isKnown ? (facts.declared ?? 1) : undefined
  const learn = async (x: Tensor, beside: BesideImages | undefined): Promise<number | undefined> => {
    only = await learnSize(model, { x, beside }, sizes)
    isKnown = true
    return only
  }
  const run = async <T>(
    { x, beside }: Samples,
    asIs: () => Promise<T>,
    inParts: (size: number) => Promise<T>,
  ): Promise<T> => {
    if (!isKnown && isSuspect(facts, x)) await learn(x, beside)
    if (only !== undefined) return inParts(only)
    try {
      return await asIs()
    } catch (error) {
      if (isKnown || !isOfTheGraph(error)) throw error
      const size = await learn(x, beside)
      if (size !== undefined) return inParts(size)
      isKnown = false
      throw error
    }
  }
  return {
    input: model.input,
    output: model.output,
    takesGrey: model.takesGrey,
    predict: (x, beside) =>
      run(
        { x, beside },
        () => model.predict(x, beside),
        (size) => predictInParts(model, { x, beside }, size),
      ),
    lossAndGradient: (x, loss, beside) =>
      run(
        { x, beside },
        () => model.lossAndGradient(x, loss, beside),
        (size) => gradientInParts(model, { x, beside }, loss, size),
      ),
    dispose: () => model.dispose(),
  }
}

/** A batch, and what lies beside its images. */
interface Samples {
  readonly x: Tensor
  readonly beside: BesideImages | undefined
}

async function predictInParts(
  model: DifferentiableModel,
  { x, beside }: Samples,
  size: number,
): Promise<Tensor> {
  const parts: Tensor[] = []
  for (const at of placesOfChunks(x, size))
    parts.push(await model.predict(paddedChunk(x, at, size), chunkBeside(beside, at, size)))
  return samplesOf(concatenate(parts), 0, extentOf(x.shape, 0))
}

async function gradientInParts(
  model: DifferentiableModel,
  { x, beside }: Samples,
  loss: LossSpec,
  size: number,
): Promise<LossAndGradient> {
  const count = extentOf(x.shape, 0)
  const places = placesOfChunks(x, size)
  const losses = chunksOfLoss(paddedLoss(loss, places.length * size), places.length, size)
  const parts: LossAndGradient[] = []
  for (const at of places)
    parts.push(
      await model.lossAndGradient(
        paddedChunk(x, at, size),
        losses[at] ?? { ...loss, terms: [] },
        chunkBeside(beside, at, size),
      ),
    )
  const whole = joined(parts)
  return {
    loss: whole.loss.subarray(0, count),
    logits: samplesOf(whole.logits, 0, count),
    gradient: samplesOf(whole.gradient, 0, count),
  }
}

/** Whether the file holds another batch than this one, so that samples may get mixed without a fault. */
function isSuspect({ declared, constant }: BatchFacts, { shape }: Tensor): boolean {
  const count = extentOf(shape, 0)
  if (count === 1) return false
  return (declared !== undefined && declared !== count) || constant.some((extent) => extent !== count)
}

function isOfTheGraph(error: unknown): error is RadversaryError {
  return error instanceof RadversaryError && ofTheGraph.includes(error.code)
}

/** The first of `sizes` that runs, unless the batch runs as it is and says the same. */
async function learnSize(
  model: DifferentiableModel,
  { x, beside }: Samples,
  sizes: readonly number[],
): Promise<number | undefined> {
  const count = extentOf(x.shape, 0)
  const last = (values: Tensor, times: number) => repeated(sampleOf(values, count - 1), times)
  const predict = (batch: Tensor, besideBatch: BesideImages | undefined) =>
    model.predict(batch, besideBatch).catch((error: unknown) => {
      if (isOfTheGraph(error)) return undefined
      throw error
    })
  const together = await predict(x, beside)
  for (const size of sizes.filter((each) => each !== count)) {
    const alone = await predict(
      last(x, size),
      mapBeside(beside, (values) => last(values, size)),
    )
    if (alone === undefined) continue
    return together && agree(sampleOf(together, count - 1), sampleOf(alone, 0)) ? undefined : size
  }
  return undefined
}

function agree(a: Tensor, b: Tensor): boolean {
  const largest = b.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
  return a.data.every((value, i) => !(Math.abs(value - entry(b.data, i)) > mostDifference * largest))
}

/** Numbers of the chunks of `size` samples that a batch is parted into. */
function placesOfChunks({ shape }: Tensor, size: number): number[] {
  return Array.from({ length: Math.ceil(extentOf(shape, 0) / size) }, (_, at) => at)
}

/** The `size` samples of a chunk, the last one repeated as often as some are missing. */
function paddedChunk(x: Tensor, at: number, size: number): Tensor {
  const count = extentOf(x.shape, 0)
  const own = samplesOf(x, at * size, Math.min((at + 1) * size, count))
  const missing = size - extentOf(own.shape, 0)
  return missing === 0 ? own : concatenate([own, repeated(sampleOf(x, count - 1), missing)])
}

function chunkBeside(beside: BesideImages | undefined, at: number, size: number): BesideImages | undefined {
  return mapBeside(beside, (values) => paddedChunk(values, at, size))
}

function paddedLoss({ kind, terms }: LossSpec, count: number): LossSpec {
  const padded = (target: Tensor): Tensor => {
    const missing = count - extentOf(target.shape, 0)
    return missing === 0 ? target : concatenate([target, repeated(sampleOf(target, 0), missing)])
  }
  return { kind, terms: terms.map(({ target, weight }) => ({ target: padded(target), weight })) }
}

function repeated(sample: Tensor, times: number): Tensor {
  return times === 1 ? sample : concatenate(Array.from({ length: times }, () => sample))
}

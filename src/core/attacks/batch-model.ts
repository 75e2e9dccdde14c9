import { entry } from '../entry.ts'
import { internalError, RadversaryError } from '../errors.ts'
import type { AttackProblem, BatchFeatures, AttackState, Answer, Rows } from './attack.ts'
import { mapBeside } from '../model/beside.ts'
import type { LossKind, LossTerm } from '../model/ports.ts'
import { extentOf, sizeOf, tensor, type Tensor } from '../tensor/tensor.ts'
import { rowOf } from './rows.ts'

/** The model on some of a batch's samples. */
export interface BatchModel {
  gradient(points: Tensor, samples: readonly number[], loss: LossAt): Promise<Answer>
  logits(points: Tensor | Rows, samples: readonly number[]): Promise<Rows>
}

const nothing = rowsOf(tensor([0]), [])

/** Σ terms of a loss: the problem's unless another is named; targets are [N, K]. */
export interface LossAt {
  readonly terms: readonly LossTerm[]
  readonly kind?: LossKind | undefined
}

/**
 * Both throw `cancelled` once the problem's signal says so, and `runtime-failed` when the model's loss is not
 * a number.
 */
export function batchModel(problem: AttackProblem): BatchModel {
  const { model, images, loss, coupled = false, signal } = problem
  const gatherSome = gatherFrom(images.shape)
  const gather = (points: Tensor | Rows, samples: readonly number[]): Tensor => {
    if (coupled && samples.length !== images.shape[0])
      throw internalError('samples that depend on each other were parted')
    return gatherSome(points, samples)
  }
  const besideOf = (samples: readonly number[]) =>
    mapBeside(problem.beside, (values) => gatherFrom(values.shape)(values, samples))
  return {
    gradient: async (points, samples, { terms, kind = typeof loss === 'string' ? loss : loss.kind }) => {
      if (samples.length === 0) return { logits: nothing, gradient: nothing }
      throwIfCancelled(signal)
      const weighted = terms.map(({ target, weight }) => ({
        weight,
        target: gatherFrom(target.shape)(target, samples),
      }))
      const batch = gather(points, samples)
      const result = await model.lossAndGradient(batch, { kind, terms: weighted }, besideOf(samples))
      checkLoss(result.loss, samples)
      return { logits: rowsOf(result.logits, samples), gradient: rowsOf(result.gradient, samples) }
    },
    logits: async (points, samples) => {
      if (samples.length === 0) return nothing
      throwIfCancelled(signal)
      return rowsOf(await model.predict(gather(points, samples), besideOf(samples)), samples)
    },
  }
}

/**
 * Batches get smaller as samples finish, by halves only, since a runtime may compile a graph for each size:
 * the least of N, N/2, N/4, … that holds `count`.
 */
export function runSize(count: number, whole: number): number {
  let size = whole
  while (Math.ceil(size / 2) >= count && size > 1) size = Math.ceil(size / 2)
  return size
}

/**
 * The rows of `samples` as a batch of `runSize`, filled up with the last of them; the batch itself where it
 * is whole.
 */
function gatherFrom(shape: readonly number[]) {
  const [whole, rest] = [extentOf(shape, 0), shape.slice(1)]
  return (points: Tensor | Rows, samples: readonly number[]): Tensor => {
    if ('data' in points && samples.length === whole) return points
    const batch = tensor([runSize(samples.length, whole), ...rest])
    const size = sizeOf(rest)
    for (let at = 0; at * size < batch.data.length; at++) {
      const sample = entry(samples, Math.min(at, samples.length - 1))
      batch.data.set('data' in points ? rowOf(points, sample) : points.of(sample), at * size)
    }
    return batch
  }
}

/** Row i of `batch` belongs to samples[i]. */
function rowsOf(batch: Tensor, samples: readonly number[]): Rows {
  const places = new Map(samples.map((sample, place) => [sample, place]))
  return {
    of: (sample) => {
      const place = places.get(sample)
      if (place === undefined) throw internalError(`sample ${sample} was not in the model's batch`)
      return rowOf(batch, place)
    },
  }
}

function checkLoss(loss: Float32Array, samples: readonly number[]): void {
  const wrong = samples.find((_, place) => !Number.isFinite(loss[place]))
  if (wrong !== undefined)
    throw new RadversaryError(
      'runtime-failed',
      `Attack: expected a finite loss, got another for sample ${wrong} of the batch`,
      {
        tip: 'The model gives no number for this image. Compare predictions on another device, and the card’s mean and std.',
      },
    )
}

function throwIfCancelled(signal: AttackProblem['signal']): void {
  if (signal?.aborted) throw new RadversaryError('cancelled', 'Attack: cancelled')
}

/** Inner features of the samples at work, as they are. */
export function batchFeatures(
  state: Pick<AttackState, 'x' | 'active'>,
  problem: AttackProblem,
): BatchFeatures {
  const { inner } = problem
  if (inner === undefined) throw internalError('a model was connected without its inner tensors')
  const model = batchModel({ ...problem, model: inner.model })
  return {
    sizes: inner.sizes,
    features: () => model.logits(state.x, state.active()),
    gradient: async (target) => {
      const terms = [{ target, weight: 1 }]
      return (await model.gradient(state.x, state.active(), { terms, kind: 'dot' })).gradient
    },
  }
}

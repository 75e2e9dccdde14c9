import { extentOf } from '../../core/tensor/tensor.ts'
import type {
  AttackLoss,
  AttackMethod,
  AttackProblem,
  CleanBatch,
  CleanImages,
} from '../../core/attacks/attack.ts'
import {
  anyLabelFlipped,
  labelsReached,
  misclassified,
  targetReached,
} from '../../core/tasks/classification/criteria.ts'
import { prepared } from '../../core/attacks/preparation.ts'
import { randomSource, sampleSeed, shuffled } from '../../core/random.ts'
import { runAttack } from '../../core/attacks/run-attack.ts'
import { RadversaryError } from '../../core/errors.ts'
import { headlineOf, type Headline } from '../../core/evaluate/headline.ts'
import type { AttackWarning } from '../../core/evaluate/warnings.ts'
import { toEnd } from '../../core/to-end.ts'
import { mapBeside } from '../../core/model/beside.ts'
import type { TensorSpec } from '../../core/spec/attack-spec.ts'
import {
  concatenate,
  largestFloat32,
  sampleOf,
  sizeOf,
  tensor,
  type Tensor,
} from '../../core/tensor/tensor.ts'
import { configureMethod } from '../attack/method-settings.ts'
import type { JobHooks } from '../progress.ts'
import { openTensorModel, type TensorModel, type TensorModelRequest } from './open-tensor-model.ts'
import { tensorWarnings } from './tensor-warnings.ts'
import { readTargets, readTensor, writeResult, writeTensor } from './tensor-files.ts'
import { argMax, type Criterion } from '../../core/attacks/decision-boundary.ts'
import type { AttackEvent, AttackResult } from '../../core/attacks/attack-result.ts'

/**
 * Its labels are a .npy file of integers [N], or of 0 and 1 per label [N, K]; its target is a class's index.
 */
export interface TensorAttackRequest extends Omit<TensorModelRequest, 'batch'>, TensorSpec {
  /** .npy files: images [N, C, H, W]; the adversarial images. */
  readonly input: string
  readonly out: string
  /** A JSON file for every iteration's quantities. */
  readonly log?: string | undefined
}

export interface TensorSampleReport {
  readonly sample: number
  /** Logits. */
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly success: boolean
  readonly metBefore: boolean
  readonly iterations: number
  readonly restart: number
  /** Member of the ensemble; ensembles only. */
  readonly member?: string
  /** Norm of the change; only for methods that look for the smallest change. */
  readonly distance?: number
  /** Distance of the smallest change's logits beyond the decision boundary. */
  readonly margin?: number
}

export interface TensorAttackReport {
  readonly method: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly samples: readonly TensorSampleReport[]
  readonly headline: Headline
  /** Signs that the samples' success says something else than it seems to. */
  readonly warnings: readonly AttackWarning[]
  readonly out: string
}

/** Grey levels of 255 are what a tensor in [0, 1] is measured in. */
const unitScale = { widthHu: undefined, levelWidth: 1 / 255 }

/**
 * Attacks a tensor of images in [0, 1], without rounding; `smia-reference` without bounds, as the authors'
 * code does it.
 * @throws RadversaryError as its parts do.
 */
export async function tensorAttack(
  request: TensorAttackRequest,
  hooks: JobHooks = {},
): Promise<TensorAttackReport> {
  const configured = configureMethod(request.method, request.settings)
  const method = configured.forScale(unitScale)
  const target = request.target === undefined ? undefined : classOf(request.target)
  const x = await readTensor(request.input)
  const straightThrough = request.straightThrough === true && configured.entry.access === 'white-box'
  const wanted = { before: 'any', what: 'The loss' } as const
  const opened = await openTensorModel({ ...request, straightThrough }, x, wanted, hooks)
  const { model, beside } = opened
  try {
    const first = mapBeside(beside, (values) => sampleOf(values, 0))
    const { shape } = await model.predict(sampleOf(x, 0), first)
    const labels = await readTargets(request.labels, [extentOf(x.shape, 0), ...shape.slice(1)])
    const work = { ...opened, x, labels, isSoftmax: isOneHot(labels), target, request, hooks }
    const attacked = await attackAll(await preparedFor(method, work), work)
    await writeTensor(request.out, tensor(x.shape, attacked.adversarial))
    const report = {
      method: request.method,
      settings: configured.settings,
      samples: attacked.samples,
      headline: headlineOf(attacked.samples),
      warnings: tensorWarnings(configured, target, { ...attacked, images: x, isSoftmax: work.isSoftmax }),
      out: request.out,
    }
    if (request.log !== undefined)
      await writeResult(request.log, json({ ...report, events: attacked.events }))
    return report
  } finally {
    await model.dispose()
  }
}

interface Work extends TensorModel {
  readonly x: Tensor
  /** [N, K] */
  readonly labels: Tensor
  /** Whether the labels are those of a softmax. */
  readonly isSoftmax: boolean
  /** Index of the class that is wanted. */
  readonly target: number | undefined
  readonly request: TensorAttackRequest
  readonly hooks: JobHooks
}

/** What the method has to learn, it learns of all samples before any of them is changed. */
async function preparedFor(method: AttackMethod, work: Work): Promise<AttackMethod> {
  if (method.prepare === undefined) return method
  const learning = method.prepare.learn(cleanImages(work))
  return prepared(method, await toEnd(learning, (progress) => work.hooks.onProgress?.(progress)))
}

function cleanImages(work: Work): CleanImages {
  const { x, request, labels } = work
  const [count, rest] = [extentOf(x.shape, 0), x.shape.slice(1)]
  const batch = (samples: readonly number[]): CleanBatch => ({
    problem: problemOf(work, samples),
    labels: samples.map((sample) => argMax(sampleOf(labels, sample).data)),
  })
  return {
    shape: [1, ...rest],
    count,
    seed: request.seed,
    earlyStop: request.earlyStop,
    async *inOrder(learn) {
      for (const samples of chunks(indices(0, count), request.batch)) yield await learn(batch(samples))
    },
    async *shuffled(epoch, size, learn) {
      const seed = sampleSeed(request.seed, 'universal')
      for (const samples of chunks(shuffled(indices(0, count), randomSource(seed, epoch)), size)) {
        const parts = []
        for (const part of chunks(samples, request.batch)) parts.push(await learn(batch(part)))
        yield parts
      }
    },
  }
}

function chunks(all: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}

async function attackAll(method: AttackMethod, work: Work) {
  const { x, request, hooks } = work
  const count = extentOf(x.shape, 0)
  const adversarial = new Float32Array(x.data.length)
  const samples: TensorSampleReport[] = []
  const events: AttackEvent[] = []
  const notices = new Set<string>()
  for (let first = 0; first < count; first += request.batch) {
    const problem = problemOf(work, indices(first, Math.min(request.batch, count - first)))
    const result = await toEnd(runAttack(method, problem), (event) => {
      const { iteration, steps, restart, restarts } = event
      events.push({
        ...event,
        samples: event.samples.map((each) => ({ ...each, sample: first + each.sample })),
      })
      const share = (restart * steps + iteration) / (restarts * steps)
      const done = first + problem.seeds.length * share
      const note = `iteration ${iteration} of ${steps}`
      hooks.onProgress?.({ done, total: count, phase: 'attacking', note })
    })
    adversarial.set(result.adversarial.data, first * sizeOf(x.shape.slice(1)))
    samples.push(...samplesOf(result, first))
    for (const { message, tip } of result.notices) notices.add(`${message} ${tip}`)
  }
  for (const notice of notices) hooks.onNotice?.(notice)
  return { adversarial, samples, events }
}

/** Some of the samples as a batch. */
function problemOf(
  { model, beside, x, labels, isSoftmax, target, request, hooks }: Work,
  samples: readonly number[],
): AttackProblem {
  const images = rows(x, samples)
  const [lowest, highest] = request.method === 'smia-reference' ? [-largestFloat32, largestFloat32] : [0, 1]
  const filled = (value: number) => tensor(images.shape, new Float32Array(images.data.length).fill(value))
  return {
    model,
    images,
    beside: mapBeside(beside, (values) => rows(values, samples)),
    ...goalOf(rows(labels, samples), isSoftmax, target),
    bounds: { lower: filled(lowest), upper: filled(highest) },
    seeds: samples.map((sample) => sampleSeed(request.seed, String(sample))),
    earlyStop: request.earlyStop,
    signal: hooks.signal,
  }
}

interface Goal {
  readonly loss: AttackLoss
  readonly targets: Tensor
  readonly targeted: boolean
  readonly criterion: Criterion
}

/**
 * Labels whose every row is one class are those of a softmax; all others are labels that don't exclude each
 * other.
 */
function isOneHot(labels: Tensor): boolean {
  if (labels.shape.length !== 2)
    throw new RadversaryError(
      'tensor-invalid',
      `Labels: expected those of a classifier [N, K], got [${labels.shape.join(', ')}]`,
    )
  return (
    labels.shape[1] !== 1 && rowsOf(labels).every((row) => row.reduce((sum, value) => sum + value, 0) === 1)
  )
}

function rowsOf(labels: Tensor): Float32Array[] {
  return Array.from({ length: extentOf(labels.shape, 0) }, (_, n) => sampleOf(labels, n).data)
}

function goalOf(labels: Tensor, isSoftmax: boolean, target: number | undefined): Goal {
  const loss = isSoftmax ? 'cross-entropy' : 'binary-cross-entropy'
  if (target === undefined) {
    const criterion = isSoftmax ? misclassified(rowsOf(labels).map(argMax)) : anyLabelFlipped(labels)
    return { loss, targets: labels, targeted: false, criterion }
  }
  return { loss, targeted: true, ...wantedOf(labels, target, isSoftmax) }
}

/** Tensors have no class names. Whether there is such a class is for the model to say. */
function classOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new RadversaryError('usage', `Target: expected a class index, got ${text}`)
}

/** A softmax's class, a single output's 0 or 1, or one more label to be set. */
function wantedOf(labels: Tensor, target: number, isSoftmax: boolean): Pick<Goal, 'targets' | 'criterion'> {
  const [count, classes] = [extentOf(labels.shape, 0), extentOf(labels.shape, 1)]
  if (!Number.isInteger(target) || target < 0 || target >= Math.max(classes, 2))
    throw new RadversaryError(
      'usage',
      `Target: expected a class index below ${Math.max(classes, 2)}, got ${target}`,
    )
  const targets = tensor(labels.shape, isSoftmax ? undefined : labels.data.slice())
  for (let n = 0; n < count; n++)
    if (classes === 1) targets.data[n] = target
    else targets.data[n * classes + target] = 1
  if (isSoftmax) return { targets, criterion: targetReached(Array.from({ length: count }, () => target)) }
  return { targets, criterion: labelsReached(targets, [classes === 1 ? 0 : target]) }
}

function samplesOf({ before, after, samples }: AttackResult, first: number): TensorSampleReport[] {
  return samples.map((outcome, n) => ({
    sample: first + n,
    before: [...sampleOf(before, n).data],
    after: [...sampleOf(after, n).data],
    ...outcome,
  }))
}

/** Samples `first`, `first` + 1, … */
function indices(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => first + n)
}

function rows(all: Tensor, samples: readonly number[]): Tensor {
  return concatenate(samples.map((sample) => sampleOf(all, sample)))
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`)
}

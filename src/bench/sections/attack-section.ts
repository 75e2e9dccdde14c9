import { attackMethods, configureAttack } from '../../core/attacks/attack-methods.ts'
import type { AttackProblem } from '../../core/attacks/attack.ts'
import { argMax } from '../../core/attacks/decision-boundary.ts'
import type { MethodEntry } from '../../core/attacks/method-entry.ts'
import { attackToEnd } from '../../core/attacks/run-attack.ts'
import { internalError } from '../../core/errors.ts'
import type { DifferentiableModel, LossSpec } from '../../core/model/ports.ts'
import { misclassified } from '../../core/tasks/classification/criteria.ts'
import { extentOf, sampleOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'
import { connectLanes } from '../../engine/session/lanes.ts'
import type { BenchContext } from '../context.ts'
import { interleaved, timed } from '../interleave.ts'
import { resnetCard as card, resnet50 } from '../models/classifiers.ts'
import { type BenchRow, comparison } from '../row.ts'

const batch = 2
/** Attacked at a time, where the runtime has threads for as many. */
const groups = 2
const bar = 1.1

/**
 * The steps of a short attack, as SMIA, I-FGSM and MI-FGSM have them by default; few rounds around them, so
 * that all methods are measured. What is done once in an attack weighs as in one of these, more than in the
 * hundreds of steps of others.
 */
const short: Readonly<Record<string, number>> = {
  steps: 10,
  epochs: 2,
  scales: 2,
  neighbours: 2,
  restarts: 1,
  searches: 1,
  targetClasses: 1,
  queries: 4,
  pairs: 2,
  firstEvaluations: 4,
  candidates: 2,
}

/** Methods whose every step makes many passes. */
const manyPasses: ReadonlySet<string> = new Set(['hopskipjump', 'hopskipjump-linf', 'spsa'])

/** Hardly a pass through the model, or those of others; or in need of clean images. */
const left: ReadonlySet<string> = new Set([
  'hfc',
  'noise',
  'gaussian-noise',
  'gaussian-blur',
  'low-contrast',
  'motion-blur',
])

/**
 * Every method's time against that of the passes through the model alone that it makes, gradients and
 * predictions, repeated without it: ResNet-50 at 224, batches of 2, two at a time with models on threads. All
 * passes over pixels are on one thread here; in an attack on a study each lane has its own.
 */
export async function* attackSection({ runtime }: BenchContext): AsyncIterable<BenchRow> {
  const lanes = await connectLanes(
    { path: 'resnet50', bytes: resnet50().model, externalData: {}, card },
    runtime,
    groups,
  )
  const problems = await Promise.all(lanes.map(problemOn))
  for (const [name, { tasks = ['classification'] }] of Object.entries<MethodEntry>(attackMethods))
    if (tasks.includes('classification') && !left.has(name)) yield await methodRow(name, problems)
  await Promise.all(lanes.map((model) => model.dispose()))
}

async function methodRow(name: string, problems: readonly AttackProblem[]): Promise<BenchRow> {
  const method = configureAttack(name, shortSettings(name))
  const attack = (on: readonly AttackProblem[]) =>
    Promise.all(on.map((problem) => attackToEnd(method, problem)))
  const recorded = problems.map(({ model }) => recording(model))
  await attack(
    problems.map((problem, lane) => ({ ...problem, model: recorded[lane]?.model ?? problem.model })),
  )
  const repeat = () => Promise.all(recorded.map((each) => each.repeat()))
  const [ours, bare] = await interleaved([timed(() => attack(problems)), timed(repeat)], {
    rounds: 3,
    visitMs: 1,
    warmUp: false,
  })
  if (ours === undefined || bare === undefined) throw internalError('two sides were timed')
  const notes = recorded.slice(0, 1).map((each) => each.note())
  return { ...comparison(`${name}, over its passes alone`, ours, bare), bar, peakShare: null, notes }
}

function shortSettings(name: string): Record<string, number> {
  const given = manyPasses.has(name) ? { ...short, steps: 2 } : short
  const { settings } = Object.entries(attackMethods).find(([key]) => key === name)?.[1] ?? { settings: [] }
  return Object.fromEntries(
    settings.flatMap((setting) => (setting.name in given ? [[setting.name, given[setting.name] ?? 1]] : [])),
  )
}

/** A model that remembers what it was asked, so that it can be asked the same again. */
function recording(model: DifferentiableModel) {
  const calls: (() => Promise<unknown>)[] = []
  const counts = { gradients: 0, predictions: 0 }
  return {
    model: {
      ...model,
      input: model.input,
      output: model.output,
      predict: (x: Tensor) => {
        counts.predictions++
        calls.push(() => model.predict(x))
        return model.predict(x)
      },
      lossAndGradient: (x: Tensor, loss: LossSpec) => {
        counts.gradients++
        calls.push(() => model.lossAndGradient(x, loss))
        return model.lossAndGradient(x, loss)
      },
      dispose: () => model.dispose(),
    } satisfies DifferentiableModel,
    repeat: async () => {
      for (const call of calls) await call()
    },
    note: () => `${counts.gradients} gradients, ${counts.predictions} predictions`,
  }
}

async function problemOn(model: DifferentiableModel): Promise<AttackProblem> {
  const shape = [batch, 3, 224, 224]
  const images = tensor(shape)
  images.data.forEach((_, i) => (images.data[i] = 0.5 + 0.3 * Math.sin(i / 7) * Math.cos(i / 1000)))
  const logits = await model.predict(images)
  const labels = Array.from({ length: batch }, (_, n) => argMax(sampleOf(logits, n).data))
  const targets = tensor(logits.shape)
  labels.forEach((label, n) => (targets.data[n * extentOf(logits.shape, 1) + label] = 1))
  return {
    model,
    images,
    loss: 'cross-entropy',
    targets,
    targeted: false,
    criterion: misclassified(labels),
    bounds: { lower: tensor(shape), upper: tensor(shape, new Float32Array(images.data.length).fill(1)) },
    seeds: labels,
    earlyStop: false,
  }
}

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createOrtRuntime, type OrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import type { AttackProblem } from '../../src/core/attacks/attack.ts'
import { misclassified } from '../../src/core/tasks/classification/criteria.ts'
import { runAttack } from '../../src/core/attacks/run-attack.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { largestFloat32, tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { largestDifference } from '../support/numbers.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { argMax } from '../../src/core/attacks/decision-boundary.ts'
import type { AttackEvent, AttackResult } from '../../src/core/attacks/attack-result.ts'

const perSample = z.array(z.number())

const paperCase = z.object({
  mode: z.literal('paper'),
  eps: z.number(),
  step: z.number(),
  steps: z.number(),
  alpha: z.number(),
  size: z.number(),
  sigma: z.number(),
  hard: z.boolean(),
  iterations: z.array(z.object({ deviation: perSample, kl_to_smoothed: perSample, prediction: perSample })),
})

const referenceCase = z.object({
  mode: z.literal('reference'),
  eps: z.number(),
  steps: z.number(),
  a2: z.number(),
  iterations: z.array(
    z.object({ deviation: perSample, smoothed_prediction: perSample, prediction: perSample }),
  ),
})

type GoldenCase = z.output<typeof paperCase> | z.output<typeof referenceCase>

const goldenFile = z.object({
  input: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  labels: perSample,
  cases: z.record(z.string(), z.discriminatedUnion('mode', [paperCase, referenceCase])),
})

const caseNames = ['paper_soft', 'paper_hard', 'paper_wide', 'reference_default', 'reference_a2_1']

describeWithSharedData('SMIA against whole trajectories computed with PyTorch', () => {
  let runtime: OrtRuntime
  beforeAll(() => {
    runtime = createOrtRuntime({ device: 'cpu' })
  })

  describe.each(['resnet', 'vit'])('%s', (name) => {
    let model: DifferentiableModel
    beforeAll(async () => {
      model = await createOnnxModel({
        bytes: readFileSync(sharedData(`gradients/${name}/model.onnx`)),
        runtime,
      })
    })
    afterAll(() => model.dispose())

    const golden = () =>
      goldenFile.parse(JSON.parse(readFileSync(sharedData(`smia/${name}/golden.json`), 'utf8')))

    test('every stored case is tested', () => {
      expect(Object.keys(golden().cases).sort()).toEqual([...caseNames].sort())
    })

    test.each(caseNames)(
      '%s: predictions, losses, divergences and the final images agree',
      async (caseName) => {
        const { input, labels, cases } = golden()
        const expected = cases[caseName]!
        const problem = goldenProblem(model, floats(`smia/${name}/input.f32`, input), labels, expected)
        const { events, result } = await trajectory(expected, problem)
        expect(events.length).toBe(expected.steps)
        for (const [t, event] of events.entries()) expectIteration(event, expected.iterations[t]!)
        if (expected.mode === 'paper') expectPaperDivergence(events, expected)
        else expectSmoothedPredictions(events, expected)
        expectPredictions(result, expected)
        expect(
          agreement(result.adversarial, floats(`smia/${name}/${caseName}.f32`, input)),
        ).toBeGreaterThanOrEqual(0.999)
      },
    )
  })
})

function floats(path: string, shape: readonly number[]): Tensor {
  const bytes = readFileSync(sharedData(path))
  return tensor(
    shape,
    new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
  )
}

/** Tensors are attacked within [0, 1] in the paper's mode and without bounds in reference mode. */
function goldenProblem(
  model: DifferentiableModel,
  images: Tensor,
  labels: readonly number[],
  expected: GoldenCase,
): AttackProblem {
  const [lowest, highest] = expected.mode === 'paper' ? [0, 1] : [-largestFloat32, largestFloat32]
  const classes = model.output.shape[1]!
  const targets = tensor([labels.length, classes])
  labels.forEach((label, n) => (targets.data[n * classes + label] = 1))
  return {
    model,
    images,
    targets,
    loss: 'cross-entropy',
    targeted: false,
    bounds: {
      lower: tensor(
        images.shape,
        images.data.map(() => lowest),
      ),
      upper: tensor(
        images.shape,
        images.data.map(() => highest),
      ),
    },
    criterion: misclassified(labels),
    seeds: labels.map(() => 0),
    earlyStop: false,
  }
}

async function trajectory(
  expected: GoldenCase,
  problem: AttackProblem,
): Promise<{ events: AttackEvent[]; result: AttackResult }> {
  const running = runAttack(methodOf(expected), problem)
  const events: AttackEvent[] = []
  for (;;) {
    const next = await running.next()
    if (next.done) return { events, result: next.value }
    events.push(next.value)
  }
}

function methodOf(expected: GoldenCase) {
  if (expected.mode === 'reference')
    return configureAttack('smia-reference', {
      epsilon: expected.eps,
      steps: expected.steps,
      alpha: expected.a2,
    })
  return configureAttack('smia', {
    epsilon: expected.eps,
    stepSize: expected.step,
    steps: expected.steps,
    alpha: expected.alpha,
    kernelSize: expected.size,
    sigma: expected.sigma,
    stabilizationTarget: expected.hard ? 'hard' : 'soft',
  })
}

function expectIteration({ samples }: AttackEvent, expected: GoldenCase['iterations'][number]): void {
  expect(samples.map(({ probabilities }) => argMax(probabilities))).toEqual(expected.prediction)
  expect(
    largestDifference(
      samples.map(({ deviation }) => deviation),
      expected.deviation,
    ),
  ).toBeLessThan(1e-3)
}

/**
 * Divergences lie between 1e-6 and 20 nats; PyTorch's are in float32, so small ones are good to about 1e-6.
 */
function expectPaperDivergence(
  events: readonly AttackEvent[],
  { iterations }: z.output<typeof paperCase>,
): void {
  for (const [t, { samples }] of events.entries())
    for (const { sample, klToSmoothed } of samples) {
      const expected = iterations[t]!.kl_to_smoothed[sample]!
      expect(Math.abs(klToSmoothed! - expected)).toBeLessThan(2e-6 + 0.01 * expected)
    }
}

function expectSmoothedPredictions(
  events: readonly AttackEvent[],
  { iterations }: z.output<typeof referenceCase>,
): void {
  for (const [t, { samples }] of events.entries())
    expect(samples.map(({ smoothedTarget }) => argMax(smoothedTarget!))).toEqual(
      iterations[t]!.smoothed_prediction,
    )
}

function expectPredictions({ after, samples }: AttackResult, { iterations, steps }: GoldenCase): void {
  const classes = after.shape[1]!
  const predicted = samples.map((_, n) => argMax(after.data.subarray(n * classes, (n + 1) * classes)))
  expect(predicted).toEqual(iterations[steps - 1]!.prediction)
}

/** Fraction of the pixels that are the same up to float32's rounding. */
function agreement(a: Tensor, b: Tensor): number {
  return a.data.filter((value, i) => Math.abs(value - b.data[i]!) < 1e-6).length / a.data.length
}

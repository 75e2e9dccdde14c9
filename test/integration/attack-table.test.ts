import { describe, expect, test } from 'vitest'
import { attackMethods, configureAttack, methodGroups } from '../../src/core/attacks/attack-methods.ts'
import type { AttackMethod, AttackProblem } from '../../src/core/attacks/attack.ts'
import type { MethodEntry } from '../../src/core/attacks/method-entry.ts'
import { anyLabelFlipped } from '../../src/core/tasks/classification/criteria.ts'
import { sampleOf, tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { linearModel, nearestCentreModel } from '../support/analytic-models.ts'
import { filled, onLevels, problemAgainst, roundsTo, rowsOf, run } from '../support/attack-problems.ts'
import { uniformTensor } from '../support/numbers.ts'

const levels = 255
const imageShape = [3, 6, 6]
const images = onLevels(uniformTensor([5, ...imageShape], 7, [0.3, 0.7]), levels)
const weights = (seed: number) => [...uniformTensor(imageShape, seed).data]

/** Two labels that any image sets or not by a hair, so that attacks can turn them. */
function multiLabel(): Promise<AttackProblem> {
  const model = linearModel(imageShape, [weights(21), weights(22)])
  return problemAgainst(model, images, { loss: 'binary-cross-entropy' }).then((problem) => withTruth(problem))
}

async function withTruth(problem: AttackProblem): Promise<AttackProblem> {
  const logits = await problem.model.predict(problem.images)
  const truth = tensor(
    logits.shape,
    logits.data.map((z) => Number(z >= 0)),
  )
  return { ...problem, targets: truth, criterion: anyLabelFlipped(truth) }
}

const models: Record<string, () => Promise<AttackProblem>> = {
  'a linear model of three classes': () =>
    problemAgainst(linearModel(imageShape, [weights(11), weights(12), weights(13)]), images),
  'the nearest of four centres': () => problemAgainst(nearestCentreModel(imageShape, 4), images),
  'two labels': multiLabel,
}

/** What is not meant to succeed. */
const yardsticks = new Set<string>(
  [...methodGroups.Baselines, ...methodGroups['Corruptions of the modality']].map(({ name }) => name),
)

/** Methods whose outcome for an image depends on the others of its group: universal.test.ts, patch.test.ts, admix.test.ts. */
type OfGroups = 'universal' | 'universal-l2' | 'patch' | 'admix'

/** Needs features of clean images: test/integration/attack-hfc.test.ts. */
type OfFeatures = 'hfc'

/** Those of pixels have no classifier to attack: core/attacks/pixel-weights.test.ts. */
type OfImages = Exclude<
  keyof typeof attackMethods,
  'segpgd' | 'cospgd' | 'sea' | 'alma-prox' | 'asma' | 'dag' | OfGroups | OfFeatures
>

/** Strong enough to succeed on every sample, but for yardsticks. */
const methods: Record<OfImages, object> = {
  smia: { epsilon: 0.25, stepSize: 0.05 },
  'smia-reference': { epsilon: 0.03, alpha: 0.5 },
  fgsm: { epsilon: 0.25 },
  'i-fgsm': { epsilon: 0.25, stepSize: 0.05 },
  pgd: { epsilon: 0.25, stepSize: 0.05, restarts: 2 },
  'pgd-l2': { epsilon: 3 },
  'mi-fgsm': { epsilon: 0.25 },
  'ti-fgsm': { epsilon: 0.25, steps: 5, kernelSize: 3 },
  'ti-dim': { epsilon: 0.25, kernelSize: 3, smallest: 0.7 },
  'ni-fgsm': { epsilon: 0.25 },
  'si-ni-fgsm': { epsilon: 0.25, scales: 3 },
  'di-fgsm': { epsilon: 0.25, smallest: 0.7 },
  ssa: { epsilon: 0.25, spectra: 3 },
  sia: { epsilon: 0.25, structures: 3, cuts: 2 },
  bsr: { epsilon: 0.25, shuffles: 3 },
  pgn: { epsilon: 0.25, samples: 2 },
  transfer: { epsilon: 0.25, kernelSize: 3, smallest: 0.7 },
  'vmi-fgsm': { epsilon: 0.25, neighbours: 3 },
  'vni-fgsm': { epsilon: 0.25, neighbours: 3 },
  'apgd-ce': { epsilon: 0.25, steps: 20 },
  'apgd-ce-l2': { epsilon: 3, steps: 20 },
  'apgd-ce-l1': { epsilon: 25, steps: 30 },
  'apgd-dlr': { epsilon: 0.25, steps: 20, restarts: 2 },
  'apgd-dlr-l2': { epsilon: 3, steps: 20 },
  'apgd-t': { epsilon: 0.25, steps: 20, targetClasses: 2 },
  'apgd-t-l2': { epsilon: 3, steps: 20 },
  'fab-t': { steps: 10, targetClasses: 2 },
  'fab-t-l2': { steps: 10 },
  deepfool: { steps: 30 },
  ddn: { steps: 40 },
  fmn: { steps: 40, stepSize: 0.5 },
  'fmn-l2': { steps: 40 },
  'fmn-l1': { steps: 40 },
  ead: { steps: 40, searches: 3, learningRate: 0.05, initialConstant: 1 },
  'sigma-zero': { steps: 60 },
  cw: { steps: 30, searches: 3, learningRate: 0.05, initialConstant: 1 },
  square: { epsilon: 0.25, steps: 60 },
  'square-l2': { epsilon: 4, steps: 60 },
  spsa: { epsilon: 0.25, steps: 10, pairs: 8, learningRate: 0.05 },
  hopskipjump: { steps: 3, firstEvaluations: 20 },
  'hopskipjump-linf': { steps: 3, firstEvaluations: 20 },
  autoattack: { epsilon: 0.25, steps: 10, targetClasses: 1, queries: 20 },
  'autoattack-l2': { epsilon: 3, steps: 10, targetClasses: 1, queries: 20 },
  'dct-pgd': { epsilon: 0.4, block: 4, band: 0.75 },
  noise: { epsilon: 0.25, draws: 2 },
  'gaussian-noise': {},
  'gaussian-blur': { severity: 5 },
  'low-contrast': {},
  'motion-blur': { severity: 5 },
  'mr-motion': { severity: 5 },
  'mr-ghosting': { severity: 5 },
  'mr-bias-field': { severity: 5 },
  'mr-rician-noise': { severity: 5 },
  'mr-spike': { severity: 5 },
  'ct-low-dose': { severity: 5 },
  'ct-beam-hardening': { severity: 5 },
  'ct-ring': { severity: 5 },
  'ct-metal': { severity: 5 },
  'xray-scatter': { severity: 5 },
  'xray-grid': { severity: 5 },
  'xray-exposure': { severity: 5 },
  'us-speckle': { severity: 5 },
  'us-shadow': { severity: 5 },
  'us-gain': { severity: 5 },
  'camera-illumination': { severity: 5 },
  'camera-defocus': { severity: 5 },
  'camera-specular': { severity: 5 },
  jpeg: { severity: 5 },
}

describe.each(Object.entries(models))('against %s', (_name, makeProblem) => {
  describe.each(Object.entries(methods))('%s', (name, settings) => {
    const method = () => configureAttack(name, settings)

    test('keeps budget, bounds and frozen pixels, and succeeds', async () => {
      const problem = withFrozenBorder(await makeProblem())
      const { result } = await run(method(), { ...problem, quantize: roundsTo(levels) })
      expectWithinBall(method(), problem, result.adversarial)
      expectWithin(result.adversarial, problem)
      expect(
        result.adversarial.data.every(
          (value) => Math.abs(value * levels - Math.round(value * levels)) < 1e-3,
        ),
      ).toBe(true)
      expect(result.adversarial.data).not.toEqual(problem.images.data)
      if (!yardsticks.has(name))
        expect(result.samples.map(({ success }) => success)).toEqual([true, true, true, true, true])
    })

    test('reports what the model says of the rounded images', async () => {
      const problem = { ...(await makeProblem()), quantize: roundsTo(levels) }
      const { result } = await run(method(), problem)
      expect(result.after).toEqual(await problem.model.predict(result.adversarial))
      expect(result.before).toEqual(await problem.model.predict(problem.images))
      const judged = rowsOf(result.after).map((logits, n) => problem.criterion.isMet(logits, n))
      expect(result.samples.map(({ success }) => success)).toEqual(judged)
    })

    test('gives the same bytes for the same seed, alone or in a batch, stopping early or not', async () => {
      const problem = { ...(await makeProblem()), quantize: roundsTo(levels) }
      for (const earlyStop of [false, true]) {
        const first = await run(method(), { ...problem, earlyStop })
        expect(await run(method(), { ...problem, earlyStop })).toEqual(first)
        const { result } = first
        const alone = await run(method(), { ...only(problem, 3), earlyStop })
        expect(alone.result.adversarial).toEqual(sampleOf(result.adversarial, 3))
        expect(alone.result.smoothed).toEqual(sampleOf(result.smoothed, 3))
        expect(alone.result.samples[0]).toEqual(result.samples[3])
      }
    })

    test('leaves the input alone', async () => {
      const problem = await makeProblem()
      const copy = problem.images.data.slice()
      await run(method(), problem)
      expect(problem.images.data).toEqual(copy)
    })
  })
})

test('every method is in the table', () => {
  const ofImages = Object.entries<MethodEntry>(attackMethods).filter(
    ([name, { tasks }]) =>
      configureAttack(name).prepare === undefined && (tasks?.includes('classification') ?? true),
  )
  expect(Object.keys(methods).sort()).toEqual(ofImages.map(([name]) => name).sort())
})

/** The first row of each channel can't change. */
function withFrozenBorder(problem: AttackProblem): AttackProblem {
  const isFrozen = (i: number) => i % 36 < 6
  const freeze = (bound: Tensor) =>
    tensor(
      bound.shape,
      bound.data.map((value, i) => (isFrozen(i) ? problem.images.data[i]! : value)),
    )
  return {
    ...problem,
    bounds: { lower: freeze(filled(problem.images, 0)), upper: freeze(filled(problem.images, 1)) },
  }
}

/** Sample `n` of a problem as a batch of one, for criteria that look at logits alone. */
function only(problem: AttackProblem, n: number): AttackProblem {
  return {
    ...problem,
    images: sampleOf(problem.images, n),
    targets: sampleOf(problem.targets, n),
    bounds: { lower: sampleOf(problem.bounds.lower, n), upper: sampleOf(problem.bounds.upper, n) },
    seeds: [problem.seeds[n]!],
    criterion: {
      name: problem.criterion.name,
      isMet: (logits) => problem.criterion.isMet(logits, n),
      boundary: (_, classes) => problem.criterion.boundary!(n, classes),
    },
  }
}

function expectWithinBall({ ball }: AttackMethod, { images }: AttackProblem, adversarial: Tensor): void {
  for (const [n, row] of rowsOf(adversarial).entries()) {
    const change = [...row].map((value, i) => value - rowsOf(images)[n]![i]!)
    const size = ball.norm === 'L2' ? Math.hypot(...change) : Math.max(...change.map(Math.abs))
    expect(size).toBeLessThanOrEqual(ball.epsilon + 1e-6)
    expect(size).toBeGreaterThan(0)
  }
}

function expectWithin(adversarial: Tensor, { bounds }: AttackProblem): void {
  const outside = adversarial.data.filter(
    (value, i) => !(value >= bounds.lower.data[i]! && value <= bounds.upper.data[i]!),
  )
  expect([...outside]).toEqual([])
}

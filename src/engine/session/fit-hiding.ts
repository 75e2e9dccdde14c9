import type { Hiding, HidingPlan } from '../../core/attacks/attack.ts'
import { fitMixture, type GaussianMixture } from '../../core/attacks/gaussian-mixture.ts'
import { randomSource, sampleSeed } from '../../core/attacks/random.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { sampleOf } from '../../core/tensor/tensor.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { leftOut } from '../study/failures.ts'
import type { StudyImage } from '../study/open-study.ts'
import { featureModelOf, frameProblem, type FrameAttack, type FrameTask } from '../session/frame-attack.ts'
import { inLanes } from '../session/lanes.ts'

export interface HidingFit {
  readonly plan: HidingPlan
  /** Clean images, in groups that are worked on together. */
  readonly groups: readonly (readonly StudyImage[])[]
  readonly lanes: readonly PixelModel[]
  /** Sizes of the tensors of the plan. */
  readonly sizes: readonly number[]
  readonly batch: number
  readonly attack: Omit<FrameAttack, 'model' | 'onIteration'>
  /** Loads an image; one that can't be loaded is left out here and told when its turn comes. */
  readonly tasksOf: (image: StudyImage, model: PixelModel) => Promise<readonly FrameTask[]>
  readonly onGroup?: (images: number) => void
}

/** What clean images look like inside the model, class by class. */
export interface FittedHiding extends Pick<Hiding, 'sizes' | 'classes'> {
  /** Clean images of each class. */
  readonly counts: ReadonlyMap<number, number>
}

/** The features [D] of one clean image, and its class. */
interface Features {
  readonly label: number
  readonly values: Float32Array
}

/**
 * Variances are at least this part of those over all classes, so that a handful of images does not make a
 * feature a needle's eye.
 */
const leastVariance = 0.01

/** A mixture for each class and tensor. The class is the label or, without one, what the model says. */
export async function fitHiding(fit: HidingFit): Promise<FittedHiding> {
  refuseOtherTasks(fit.attack.card)
  const { groups, lanes, attack, onGroup, plan, sizes } = fit
  const all: Features[] = []
  const found = inLanes({ items: groups, lanes, signal: attack.signal }, (group, model) =>
    featuresOf(group, model, fit),
  )
  for await (const features of found) {
    all.push(...features)
    onGroup?.(all.length)
  }
  const byClass = new Map<number, Float32Array[]>()
  for (const { label, values } of all) byClass.set(label, [...(byClass.get(label) ?? []), values])
  const floors = floorsOf(all, sizes)
  const classes = new Map<number, GaussianMixture[]>()
  for (const [label, samples] of byClass) {
    const random = randomSource(sampleSeed(attack.seed, `hiding/${label}`), 0)
    const mixtures = split(samples, sizes).map((own, l) => {
      const floor = floors[l] ?? new Float64Array()
      return fitMixture(own, { components: plan.components, floor, random })
    })
    classes.set(label, mixtures)
  }
  return { sizes, classes, counts: new Map([...byClass].map(([label, samples]) => [label, samples.length])) }
}

function refuseOtherTasks({ task, output: { activation } }: ModelCard): void {
  if (task === 'classification' && activation !== 'multi-label-sigmoid') return
  throw new RadversaryError(
    'usage',
    `HFC: expected a classification into classes that exclude each other, got ${task === 'classification' ? 'labels that may overlap' : `a model for ${task}`}`,
    { tip: 'Use pgd.' },
  )
}

async function featuresOf(
  group: readonly StudyImage[],
  model: PixelModel,
  { attack, batch, tasksOf }: HidingFit,
): Promise<Features[]> {
  const all: Features[] = []
  const tasks: FrameTask[] = []
  for (const image of group) tasks.push(...(await tasksOf(image, model).catch(leftOut)))
  for (let first = 0; first < tasks.length; first += batch) {
    const { problem, labels } = await frameProblem(tasks.slice(first, first + batch), { ...attack, model })
    const { images } = problem
    const features = await featureModelOf(model, images.shape).predict(images)
    labels.forEach(({ classes: [label] }, n) => {
      if (label !== undefined) all.push({ label, values: sampleOf(features, n).data.slice() })
    })
  }
  return all
}

/** Samples [D] as those of each tensor. */
function split(samples: readonly Float32Array[], sizes: readonly number[]): Float32Array[][] {
  let end = 0
  return sizes.map((size) => {
    const first = end
    end += size
    return samples.map((values) => values.subarray(first, first + size))
  })
}

/**
 * Floors of each tensor: a feature that is the same in all images counts as one that varies as the tensor's
 * features do on average.
 */
function floorsOf(all: readonly Features[], sizes: readonly number[]): Float64Array[] {
  return split(
    all.map(({ values }) => values),
    sizes,
  ).map((samples, l) => {
    const none = new Float64Array(sizes[l] ?? 0)
    const [whole] = fitMixture(samples, {
      components: 1,
      floor: none.map(() => 1e-12),
      random: randomSource(0, 0),
    })
    const variance = whole?.variance ?? none
    const mean = variance.reduce((sum, value) => sum + value, 0) / variance.length
    return variance.map((value) => leastVariance * Math.max(value, mean))
  })
}

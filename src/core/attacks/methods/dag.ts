import { float32At } from '../../math/at.ts'
import { z } from 'zod'
import { RadversaryError } from '../../errors.ts'
import { boxRows, isOfAnchors } from '../../tasks/detection/losses.ts'
import type { AttackLoss, StepTaken, AttackState } from '../attack.ts'
import { linfBall, noBall } from '../balls.ts'
import { advance, scaleBy } from '../../math/kernels.ts'
import { defineMethod } from '../method-entry.ts'
import { pulledBack, type Decision } from '../pixel-weights.ts'
import { rowOf } from '../rows.ts'
import { stepSize, steps } from '../settings.ts'

const settings = z.strictObject({
  stepSize: stepSize(
    0.5 / 255,
    'γ, the most that a pixel changes in one iteration. As in the paper (0.5 of 255).',
  ),
  steps: steps(150, 'As in the paper; it ends earlier for images none of whose targets is left.'),
  epsilon: z
    .number()
    .positive()
    .optional()
    .describe('The most that a pixel may change. Default: none, as in the paper.'),
})

type Settings = z.output<typeof settings>

/**
 * Dense Adversary Generation: Xie et al. 2017, algorithm 1, over the anchors of labelled boxes or the pixels
 * of a segmentation.
 */
export const dag = defineMethod({
  name: 'dag',
  title: 'DAG',
  summary:
    'Takes every anchor of a labelled box, or every pixel, that still holds from its class towards another, all at once.',
  equation: 'r_t = Σ_{n: still held} ∇[z_n(other class) − z_n(label)]; x_{t+1} = clip(x_t + γ·r_t / ‖r_t‖∞)',
  source: {
    authors: 'C. Xie, J. Wang, Z. Zhang, Y. Zhou, L. Xie, A. Yuille',
    title: 'Adversarial Examples for Semantic Segmentation and Object Detection',
    venue: 'ICCV 2017',
    identifier: 'arXiv:1703.08603',
  },
  access: 'white-box',
  stacks: false,
  tasks: ['detection', 'segmentation'],
  settings,
  create: (chosen) => ({
    ball: chosen.epsilon === undefined ? noBall() : linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => dagIteration(state, chosen),
  }),
})

/**
 * A target of the algorithm, and the class (−1: none) that it should be taken to or, of one that has no such
 * class, from.
 */
interface Aim {
  readonly decision: Decision
  readonly label: number
  readonly other: number
}

function dagIteration(state: AttackState, { stepSize }: Settings): () => Promise<StepTaken> {
  const loss = denseOrAnchors(state.loss)
  const { x, box } = state
  const aims = new Map(state.active().map((sample) => [sample, aimsOf(state, sample, loss)]))
  return async () => {
    await state.evaluateLogits()
    const held = new Map(
      state
        .active()
        .map(
          (sample) => [sample, heldAims(state, aims.get(sample) ?? [], state.logits(sample), loss)] as const,
        ),
    )
    for (const [sample, left] of held) if (left.length === 0) state.retire(sample)
    const direction = await pulledBack(state, (sample) =>
      cotangentOf(held.get(sample) ?? [], state.logits(sample), loss, state),
    )
    for (const sample of state.active()) {
      const [step, row] = [direction.of(sample), rowOf(x, sample)]
      const largest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      if (largest > 0) scaleBy(step, stepSize / largest)
      advance(row, step, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    return { direction }
  }
}

function denseOrAnchors(loss: AttackLoss): Exclude<AttackLoss, string> {
  if (typeof loss !== 'string') return loss
  throw new RadversaryError(
    'usage',
    'DAG: expected a detection or a segmentation, whose anchors or pixels it takes, got another task',
    {
      tip: 'Use a method for every task, e.g. smia or pgd.',
    },
  )
}

/**
 * The anchors that count, or all pixels; away from the label towards a random other class, as in the paper,
 * or towards what is wanted.
 */
function aimsOf(state: AttackState, sample: number, loss: Exclude<AttackLoss, string>): Aim[] {
  const target = rowOf(state.deviation.target, sample)
  const random = state.random(sample)
  return decisionsIn(loss, target).map((decision) => {
    const shown = chosenClass(decision, target, 0.5)
    if (state.targeted) return { decision, label: -1, other: shown }
    const first = isSoftmax(loss) ? 0 : -1
    const others = Array.from({ length: decision.channels - first }, (_, k) => first + k).filter(
      (k) => k !== shown,
    )
    return { decision, label: shown, other: others[Math.floor(random.open() * others.length)] ?? -1 }
  })
}

function decisionsIn(loss: Exclude<AttackLoss, string>, target: Float32Array): Decision[] {
  if (isOfAnchors(loss)) {
    const stride = target.length / (boxRows + loss.classes)
    const all = Array.from({ length: stride }, (_, a) => ({
      first: boxRows * stride + a,
      stride,
      channels: loss.classes,
    }))
    return all.filter((_, a) => float32At(target, a) > 0)
  }
  const channels = isSoftmax(loss) ? loss.channels : 1
  const stride = target.length / channels
  return Array.from({ length: stride }, (_, first) => ({ first, stride, channels }))
}

function isSoftmax(loss: Exclude<AttackLoss, string>): boolean {
  return isOfAnchors(loss) ? loss.kind === 'anchor-cross-entropy' : loss.activation === 'softmax'
}

/** Away from the label: decided as it. Towards something: not decided as that. */
function heldAims(
  state: AttackState,
  aims: readonly Aim[],
  logits: Float32Array,
  loss: Exclude<AttackLoss, string>,
): Aim[] {
  return aims.filter(({ decision, label, other }) => {
    const decided = chosenClass(decision, logits, barOf(loss))
    return state.targeted ? decided !== other : decided === label
  })
}

/** +1 at the other class's logit, −1 at the label's (towards something: at what is decided). */
function cotangentOf(
  aims: readonly Aim[],
  logits: Float32Array,
  loss: Exclude<AttackLoss, string>,
  state: AttackState,
): Float32Array {
  const cotangent = new Float32Array(logits.length)
  for (const { decision, label, other } of aims) {
    const { first, stride } = decision
    const left = state.targeted ? chosenClass(decision, logits, barOf(loss)) : label
    if (left >= 0) cotangent[first + left * stride] = -1
    if (other >= 0) cotangent[first + other * stride] = 1
  }
  return cotangent
}

/** The least logit of a sigmoid's yes; a softmax has none. */
function barOf(loss: Exclude<AttackLoss, string>): number {
  if (isSoftmax(loss)) return -Infinity
  const threshold = loss.threshold ?? 0.5
  return Math.log(threshold) - Math.log1p(-threshold)
}

/** The channel with the largest value, the first of several; −1 where it does not reach the bar. */
function chosenClass({ first, stride, channels }: Decision, values: Float32Array, bar: number): number {
  const valueOf = (k: number) => float32At(values, first + k * stride)
  let best = 0
  for (let k = 1; k < channels; k++) if (valueOf(k) > valueOf(best)) best = k
  return valueOf(best) >= bar ? best : -1
}

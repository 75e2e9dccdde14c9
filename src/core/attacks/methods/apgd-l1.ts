import { z } from 'zod'
import { addScaled, scaleBy } from '../../math/kernels.ts'
import { distanceL0, projectL1, toSignsOfLargest } from '../../math/l1.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { l1Ball } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { lossObjective } from '../objectives.ts'
import { rowOf } from '../rows.ts'
import { epsilonL1, randomStart, restarts, steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon: epsilonL1,
  steps: steps(100, 'As in the paper.'),
  restarts,
  randomStart: randomStart(true),
})

/** Auto-PGD for L1: Croce and Hein, algorithm 1, without the larger radii that may come before. */
export const apgdCeL1 = defineMethod({
  name: 'apgd-ce-l1',
  title: 'APGD-CE (L1)',
  summary:
    'Auto-PGD on the loss within an L1 budget: sparse steps that choose their own length and how many pixels they change.',
  equation:
    'x_{t+1} = P(x_t + η·s / ‖s‖₁), s the signs of the k largest of |∇f(x_t)|, P onto budget and bounds at once; at checkpoints k = ‖x_max − x‖₀ / 1.5, and η ← ε from x_max where that fell, else η / 1.5',
  source: {
    authors: 'F. Croce, M. Hein',
    title: 'Mind the Box: l1-APGD for Sparse Adversarial Attacks on Image Classifiers',
    venue: 'ICML 2021',
    identifier: 'arXiv:2103.01208',
  },
  access: 'white-box',
  stacks: false,
  settings,
  create: (chosen) => ({
    ball: l1Ball(chosen.epsilon),
    steps: chosen.steps,
    randomStart: chosen.randomStart,
    keeps: 'strongest',
    restarts: chosen.randomStart ? chosen.restarts : 1,
    begin: (state) => sparseAscent(state, chosen),
  }),
})

/** One sample's course. */
interface Course {
  /** η */
  size: number
  /** k as a share of all values. */
  share: number
  /** ‖x_max − x‖₀ at the last checkpoint. */
  changed: number
  /** f(x_max) */
  best: number
}

/** Shares and factors of the authors' code. */
const rules = { firstShare: 0.2, sparser: 1.5, shorter: 1.5, shortest: 10, fell: 0.95 }

function sparseAscent(
  state: AttackState,
  { epsilon, steps }: z.output<typeof settings>,
): () => Promise<StepTaken> {
  const { x, images, box } = state
  const objective = lossObjective(state)
  const best = { x: tensor(x.shape), gradient: tensor(x.shape) }
  const courses = new Map<number, Course>()
  const every = Math.max(1, Math.floor(0.04 * steps))
  let t = 0
  state.rankBy(objective.value)
  return async () => {
    const direction = await objective.gradient()
    const isCheckpoint = t > 0 && t % every === 0
    t++
    for (const sample of state.active()) {
      const [row, image, g] = [rowOf(x, sample), rowOf(images, sample), direction.of(sample)]
      const course = courses.get(sample) ?? firstCourse(epsilon, row.length)
      courses.set(sample, course)
      const value = objective.value(sample, state.logits(sample))
      const [bestX, bestGradient] = [rowOf(best.x, sample), rowOf(best.gradient, sample)]
      if (value > course.best) {
        course.best = value
        bestX.set(row)
        bestGradient.set(g)
      }
      if (isCheckpoint && becomesSparser(course, distanceL0(bestX, image), { epsilon, values: row.length })) {
        row.set(bestX)
        g.set(bestGradient)
      }
      toSignsOfLargest(g, course.share)
      const signs = g.reduce((count, sign) => count + Math.abs(sign), 0)
      scaleBy(g, course.size / Math.max(signs, 1))
      addScaled(row, row, g, 1)
      projectL1(row, image, { lower: rowOf(box.lower, sample), upper: rowOf(box.upper, sample) }, epsilon)
    }
    return { direction }
  }
}

function firstCourse(epsilon: number, values: number): Course {
  return { size: epsilon, share: rules.firstShare, changed: values, best: -Infinity }
}

/** Sets k and η anew; whether the best point has become sparser, from which the attack then goes on. */
function becomesSparser(
  course: Course,
  changed: number,
  { epsilon, values }: { readonly epsilon: number; readonly values: number },
): boolean {
  const sparser = changed < rules.fell * course.changed
  course.size = sparser ? epsilon : Math.max(course.size / rules.shorter, epsilon / rules.shortest)
  course.share = changed / values / rules.sparser
  course.changed = changed
  return sparser
}

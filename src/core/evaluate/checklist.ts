import type { StepRole } from '../spec/protocols.ts'
import { percent } from '../number-texts.ts'
import type { FooledByPatient } from './robustness.ts'

export const checklistAnswers = ['yes', 'no', 'not tried'] as const

/** One item of the checklist of Carlini et al., answered from what was measured. */
export interface ChecklistItem {
  readonly question: string
  readonly answer: (typeof checklistAnswers)[number]
  readonly evidence: string
}

/** A cell as far as the checklist looks at it. */
export interface CheckedCell extends FooledByPatient {
  readonly method: string
  readonly role: StepRole
  /** Part of the intensity range; null where it has none. */
  readonly budget: number | null
  /** Whether it is at the budget at which methods are set side by side. */
  readonly isReference: boolean
  /** J of each iteration, mean of the slices. */
  readonly losses: readonly number[]
}

export interface CheckedModel {
  readonly cells: readonly CheckedCell[]
  readonly worstCase: FooledByPatient
  /** null where the model's own predictions are the labels. */
  readonly cleanAccuracy: number | null
  /** Models that what was made on this one was judged on. */
  readonly judges: number
}

/**
 * The checklist of Carlini et al., On Evaluating Adversarial Robustness (arXiv:1902.06705, section 3), its
 * items that data can answer.
 */
export function checklistOf(model: CheckedModel): ChecklistItem[] {
  const { cells, worstCase, cleanAccuracy, judges } = model
  return [
    {
      question: 'Is the accuracy on clean images reported?',
      answer: cleanAccuracy === null ? 'no' : 'yes',
      evidence:
        cleanAccuracy === null
          ? 'No labels were given: the model’s own predictions stand for them.'
          : `It is ${percent(cleanAccuracy)}.`,
    },
    iterativeBeatsSingleStep(cells),
    risesToAll(cells),
    tried('Were gradient-free attacks tried?', cells, 'gradient-free'),
    tried('Were attacks tried that see decisions alone?', cells, 'hard-label'),
    {
      question: 'Was transfer from other models tried?',
      answer: judges > 0 ? 'yes' : 'not tried',
      evidence:
        judges > 0
          ? `What is made on each model is judged on the others (${judges}).`
          : 'One model, or another protocol.',
    },
    converged(cells),
    {
      question: 'Is the worst case of each image reported?',
      answer: worstCase.fooled.count > 0 ? 'yes' : 'not tried',
      evidence: `${countText(worstCase)} are fooled by at least one method at the budget.`,
    },
  ]
}

function countText({ fooled: { successes, count, rate } }: FooledByPatient): string {
  return `${successes} of ${count} (${percent(rate)})`
}

function iterativeBeatsSingleStep(cells: readonly CheckedCell[]): ChecklistItem {
  const question = 'Are iterative attacks at least as strong as single-step ones?'
  const best = (role: StepRole) => strongest(cells.filter((cell) => cell.isReference && cell.role === role))
  const [single, iterative] = [best('single-step'), best('iterative')]
  if (single === undefined || iterative === undefined)
    return { question, answer: 'not tried', evidence: 'One of the two is missing.' }
  return {
    question,
    answer: iterative.fooled.successes >= single.fooled.successes ? 'yes' : 'no',
    evidence: `${iterative.method} fools ${countText(iterative)}, ${single.method} ${countText(single)}.`,
  }
}

function strongest(cells: readonly CheckedCell[]): CheckedCell | undefined {
  return [...cells].sort((a, b) => b.fooled.successes - a.fooled.successes)[0]
}

function risesToAll(cells: readonly CheckedCell[]): ChecklistItem {
  const question = 'Does success rise with the budget, to 100 %?'
  const sorted = curvesOf(cells).filter((curve) => curve.length > 1)
  if (sorted.length === 0)
    return { question, answer: 'not tried', evidence: 'No method had several budgets.' }
  const complete = sorted.filter((curve) => isRising(curve) && curve.at(-1)?.fooled.rate === 1)
  const ends = sorted.map(
    (curve) => `${curve[0]?.method ?? ''} ends at ${percent(curve.at(-1)?.fooled.rate ?? null)}`,
  )
  return {
    question,
    answer: complete.length === sorted.length ? 'yes' : 'no',
    evidence: `${ends.join(', ')} at the largest budget; ${sorted.filter(isRising).length} of ${sorted.length} curves never fall.`,
  }
}

/** Cells of each iterative method by budget, rising. */
export function curvesOf<Cell extends CheckedCell>(cells: readonly Cell[]): Cell[][] {
  const bounded = cells.flatMap((cell) =>
    cell.role === 'iterative' && cell.budget !== null ? [{ cell, budget: cell.budget }] : [],
  )
  return [...new Set(bounded.map(({ cell }) => cell.method))].map((method) =>
    bounded
      .filter(({ cell }) => cell.method === method)
      .sort((a, b) => a.budget - b.budget)
      .map(({ cell }) => cell),
  )
}

function isRising(curve: readonly CheckedCell[]): boolean {
  return curve.every((cell, i) => i === 0 || cell.fooled.successes >= (curve[i - 1]?.fooled.successes ?? 0))
}

function tried(question: string, cells: readonly CheckedCell[], role: StepRole): ChecklistItem {
  const best = strongest(cells.filter((cell) => cell.role === role))
  return best === undefined
    ? { question, answer: 'not tried', evidence: 'The protocol has none that takes this model.' }
    : { question, answer: 'yes', evidence: `${best.method} fools ${countText(best)}.` }
}

/** So much of the whole rise of J may fall on the last tenth of the iterations. */
const lateRise = 0.05

function converged(cells: readonly CheckedCell[]): ChecklistItem {
  const question = 'Have the loss curves converged?'
  const curves = cells.filter(
    ({ isReference, role, losses }) => isReference && role === 'iterative' && losses.length > 2,
  )
  if (curves.length === 0)
    return { question, answer: 'not tried', evidence: 'No iterative method left a curve.' }
  const late = curves.filter(({ losses }) => lateRiseOf(losses) > lateRise)
  return {
    question,
    answer: late.length === 0 ? 'yes' : 'no',
    evidence: curves
      .map(
        ({ method, losses }) => `${method}: ${percent(lateRiseOf(losses))} of the rise is in the last tenth`,
      )
      .join('; ')
      .concat(late.length === 0 ? '.' : '. More steps may find more.'),
  }
}

/** The part of the rise from the first to the highest value that the last tenth brings. */
export function lateRiseOf(losses: readonly number[]): number {
  const [first = NaN] = losses
  const before = losses.slice(0, Math.max(1, Math.floor(0.9 * losses.length)))
  const [highest, early] = [Math.max(...losses), Math.max(...before)]
  return highest > first ? (highest - early) / (highest - first) : 0
}

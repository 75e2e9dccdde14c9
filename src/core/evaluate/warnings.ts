import { rulesOf } from '../tasks/tasks.ts'
import type { ModelCard } from '../model/card.ts'
import { byAnswer, headlineOf, type JudgedSlice } from './headline.ts'
import type { DefenceReport } from '../model/defence-report.ts'
import type { Norm } from '../attacks/balls.ts'
import type { Gradients } from '../attacks/attack-result.ts'

/** What one method at one budget did to one model, as far as the checks look at it. */
export interface AttackEvidence {
  readonly method: string
  readonly task: ModelCard['task']
  /** What the method knows of the model: its gradient, its predictions, or nothing. */
  readonly access: 'white-box' | 'black-box' | 'none'
  readonly norm: Norm
  /** null where there is none; only budgets of one unit are compared. */
  readonly budget: { readonly value: number; readonly unit: string } | null
  /** What is wanted instead of the label; null where all but the label is. */
  readonly target: string | null
  readonly slices: readonly EvidenceSlice[]
  /** What messages count: samples of an array; of models of whole volumes these, whatever is given. */
  readonly counted?: 'slices' | 'volumes' | 'samples' | undefined
  /** How the method took the model's defence; undefined of a model without one. */
  readonly defence?: DefenceReport | undefined
}

export interface EvidenceSlice extends JudgedSlice {
  readonly confidenceBefore: number | null
  /** Stored values that differ from the source's. */
  readonly changed: number
  /** Norm of the rounded perturbation as a part of the budget; undefined where there is none. */
  readonly budgetUsed?: number | undefined
  /** Undefined where none were asked for, or not recorded. */
  readonly gradients?: Gradients | undefined
}

/** A sign that success rates say something else than they seem to. */
export interface AttackWarning {
  readonly check:
    | 'wrong-before'
    | 'zero-gradients'
    | 'unmoved'
    | 'inside-budget'
    | 'saturation'
    | 'noise-as-good'
    | 'larger-budget-worse'
    | 'black-box-better'
    | 'unsuited-judge'
    | 'defence-unseen'
    | 'one-draw'
  readonly message: string
  readonly tip: string
}

/**
 * The checks of every run and comparison: `evidence` is of one model and one set of labels, one entry for a
 * run. Most wrong before says that card or labels are suspect; the others that gradients mislead, so that a
 * model looks more robust than it is (Athalye, Carlini and Wagner 2018, arXiv 1802.00420; Carlini et al.
 * 2019, arXiv 1902.06705). There slices that were wrong before do not count.
 */
export function warningsOf(evidence: readonly AttackEvidence[]): AttackWarning[] {
  const answers = evidence.map(byAnswers)
  const counted = answers.map(withoutMet).filter(({ slices }) => slices.length > 0)
  return [
    ...answers.slice(0, 1).flatMap(wrongBefore),
    ...counted.flatMap(zeroGradients),
    ...counted.flatMap(unmoved),
    ...counted.flatMap(insideBudget),
    ...saturation(counted),
    ...noiseAsGood(counted),
    ...largerBudgetWorse(counted),
    ...blackBoxBetter(counted),
    ...counted.flatMap(defenceUnseen),
    ...counted.flatMap(oneDraw),
  ]
}

/**
 * The same with one entry for each answer: a volume's slices are one that was changed where any of them was.
 */
function byAnswers(cell: AttackEvidence): AttackEvidence {
  const slices = byAnswer(cell.slices).flatMap(joined)
  const isOfVolumes = slices.some(({ volume }) => volume !== undefined)
  return { ...cell, slices, counted: isOfVolumes ? 'volumes' : (cell.counted ?? 'slices') }
}

function joined(same: readonly EvidenceSlice[]): EvidenceSlice[] {
  const [first, ...others] = same
  if (first === undefined || others.length === 0) return [...same]
  const used = same.flatMap(({ budgetUsed }) => budgetUsed ?? [])
  const gradients = same.flatMap((slice) => slice.gradients ?? [])
  return [
    {
      ...first,
      changed: total(same.map(({ changed }) => changed)),
      budgetUsed: used.length === 0 ? undefined : Math.max(...used),
      gradients: gradients.length === 0 ? undefined : gradientsOf(gradients),
    },
  ]
}

function gradientsOf(all: readonly Gradients[]): Gradients {
  return { asked: total(all.map(({ asked }) => asked)), zero: total(all.map(({ zero }) => zero)) }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function withoutMet(cell: AttackEvidence): AttackEvidence {
  return { ...cell, slices: cell.slices.filter(({ metBefore }) => !metBefore) }
}

/** Where a mistake may lie that makes a model wrong on most images. */
const ofImages = {
  what: 'the model card',
  tip: 'Compare `predict` with the labels: the order of the classes, intensity, mean and std in the card, and which file each label belongs to.',
}
const suspects = {
  slices: ofImages,
  volumes: ofImages,
  samples: {
    what: 'the array',
    tip: 'Compare `before` of --json with the labels: the order of the classes and of the samples, and whether the model takes [0, 1] in this layout.',
  },
} as const

function wrongBefore({ slices, target, counted = 'slices' }: AttackEvidence): AttackWarning[] {
  const { metBefore, slices: all } = headlineOf(slices)
  if (2 * metBefore <= all) return []
  const check = 'wrong-before'
  const count = `${metBefore} of ${all} ${counted}`
  return target === null
    ? [
        {
          check,
          message: `${count} were wrong before the attack: ${suspects[counted].what} or the labels are suspect.`,
          tip: suspects[counted].tip,
        },
      ]
    : [
        {
          check,
          message: `${count} were as wanted (${target}) before the attack: there was nothing to attack.`,
          tip: 'Choose another target, or check the order of the classes.',
        },
      ]
}

/**
 * All that a method which follows gradients has got were zeros: what it leaves is the image, or its start.
 */
function zeroGradients(cell: AttackEvidence): AttackWarning[] {
  const blind = cell.slices.filter((slice) => !slice.success && sawZeros(slice))
  if (blind.length === 0) return []
  const moved = blind.filter(({ changed }) => changed > 0).length
  const left = moved === 0 ? 'they were not changed' : 'they have their random start alone'
  return [
    {
      check: 'zero-gradients',
      message: `${named(cell)} saw a gradient of zeros at every step on ${countOf(blind, cell)}: ${left}.`,
      tip: rulesOf(cell.task).flatLossTip,
    },
  ]
}

function sawZeros({ gradients }: EvidenceSlice): boolean {
  return gradients !== undefined && gradients.asked > 0 && gradients.zero === gradients.asked
}

/** Nothing at all has come of it, for another reason than zeros. */
function unmoved(cell: AttackEvidence): AttackWarning[] {
  if (cell.access === 'none') return []
  const still = cell.slices.filter((slice) => !slice.success && slice.changed === 0 && !sawZeros(slice))
  if (still.length === 0) return []
  return [
    {
      check: 'unmoved',
      message: `${named(cell)} did not change ${countOf(still, cell)} at all.`,
      tip: 'The budget may be below one stored level, the region empty, or no step was found: compare with a larger budget, and with a black box (square).',
    },
  ]
}

/** A failure that kept less than this part of its budget was not for want of budget. */
const half = 0.5

function insideBudget(cell: AttackEvidence): AttackWarning[] {
  if (cell.access === 'none') return []
  const inside = cell.slices.filter(
    (slice) => !slice.success && slice.changed > 0 && !sawZeros(slice) && (slice.budgetUsed ?? 1) < half,
  )
  if (inside.length === 0) return []
  return [
    {
      check: 'inside-budget',
      message: `${named(cell)} failed on ${countOf(inside, cell)} with less than half of its budget used.`,
      tip: 'More or larger steps may find more; where gradients vanish, a difference of logits (apgd-dlr, cw) or a black box (square).',
    },
  ]
}

function countOf(some: readonly EvidenceSlice[], cell: AttackEvidence): string {
  return `${some.length} of ${cell.slices.length} ${nounOf(cell)}`
}

function nounOf({ counted = 'slices' }: AttackEvidence): string {
  return counted
}

/** So near to 1 that float32 leaves nothing of 1 − p. */
const certain = 1 - 1e-6
/** From so many certain slices on, saturation is worth a warning. */
const noticeable = 0.1

/** Certain slices on which a method that follows gradients has failed. */
function saturation(evidence: readonly AttackEvidence[]): AttackWarning[] {
  const first = evidence.find(({ access }) => access === 'white-box')
  if (first === undefined) return []
  const saturated = first.slices.filter(
    ({ success, confidenceBefore }) => !success && confidenceBefore !== null && confidenceBefore >= certain,
  )
  if (saturated.length < Math.max(1, noticeable * first.slices.length)) return []
  return [
    {
      check: 'saturation',
      message: `The model is certain to within 0.0001 % of ${countOf(saturated, first)} on which ${first.method} failed: the gradient of its loss may vanish by saturation.`,
      tip: 'Attacks on the logits do not suffer from this: apgd-dlr, cw, fab-t.',
    },
  ]
}

function noiseAsGood(evidence: readonly AttackEvidence[]): AttackWarning[] {
  return pairs(evidence, 'none', 'white-box').flatMap(([noise, attack]) =>
    successes(noise) > 0 && successes(noise) >= successes(attack)
      ? [
          {
            check: 'noise-as-good' as const,
            message: `${named(noise)}, which is not aimed, changes ${successes(noise)} of ${noise.slices.length} ${nounOf(noise)}; ${named(attack)} no more than ${successes(attack)}.`,
            tip: 'Either the attack does not find its way, or the model is fragile against anything of this size.',
          },
        ]
      : [],
  )
}

function largerBudgetWorse(evidence: readonly AttackEvidence[]): AttackWarning[] {
  return evidence.flatMap((small) =>
    evidence
      .filter((large) => isSameBut(small, large) && (large.budget?.value ?? 0) > (small.budget?.value ?? 0))
      .filter((large) => successes(large) < successes(small))
      .map((large) => ({
        check: 'larger-budget-worse' as const,
        message: `${named(large)} succeeds on ${successes(large)} ${nounOf(large)}, with the smaller budget ${small.budget?.value ?? ''} on ${successes(small)}.`,
        tip: 'A larger budget holds the smaller one: use more steps, smaller ones, or restarts.',
      })),
  )
}

function isSameBut(a: AttackEvidence, b: AttackEvidence): boolean {
  return a.method === b.method && a.norm === b.norm && a.budget?.unit === b.budget?.unit
}

function blackBoxBetter(evidence: readonly AttackEvidence[]): AttackWarning[] {
  return pairs(evidence, 'black-box', 'white-box')
    .filter(
      ([blackBox, whiteBox]) =>
        isBestAtBudget(whiteBox, evidence) && successes(blackBox) > successes(whiteBox),
    )
    .map(([blackBox, whiteBox]) => ({
      check: 'black-box-better' as const,
      message: `${named(blackBox)}, which sees predictions alone, succeeds on ${successes(blackBox)} ${nounOf(blackBox)}; the best method that follows gradients, ${named(whiteBox)}, on ${successes(whiteBox)}.`,
      tip: 'The gradient misleads: do not report the white-box result as robustness.',
    }))
}

/** The first of those with the most successes. */
function isBestAtBudget(cell: AttackEvidence, evidence: readonly AttackEvidence[]): boolean {
  const rivals = evidence.filter((other) => other.access === 'white-box' && isSameBudget(other, cell))
  const most = Math.max(...rivals.map(successes))
  return rivals.find((rival) => successes(rival) === most) === cell
}

function pairs(
  evidence: readonly AttackEvidence[],
  one: AttackEvidence['access'],
  other: AttackEvidence['access'],
): (readonly [AttackEvidence, AttackEvidence])[] {
  return evidence
    .filter(({ access }) => access === one)
    .flatMap((a) =>
      evidence.filter((b) => b.access === other && isSameBudget(a, b)).map((b) => [a, b] as const),
    )
}

/** Both bound, by the same norm and budget. */
function isSameBudget(a: AttackEvidence, b: AttackEvidence): boolean {
  return (
    a.budget !== null &&
    a.norm === b.norm &&
    a.budget.unit === b.budget?.unit &&
    a.budget.value === b.budget.value
  )
}

/** A gradient that a defence was not part of says how it meets a careless attacker alone. */
function defenceUnseen({ defence, ...cell }: AttackEvidence): AttackWarning[] {
  if (defence?.seen !== 'oblivious') return []
  const steps = defence.steps.map(({ step }) => step).join(', ')
  return [
    {
      check: 'defence-unseen',
      message: `${named(cell)} did not see the model’s defence (${steps}): what it failed on may fall to an attack that does.`,
      tip: 'Report the adaptive attack, without --oblivious (Tramèr et al. 2020, arXiv 2002.08347).',
    },
  ]
}

function oneDraw({ defence, ...cell }: AttackEvidence): AttackWarning[] {
  if (defence?.draws !== 1) return []
  return [
    {
      check: 'one-draw',
      message: `${named(cell)} followed the gradient of one draw of a random defence.`,
      tip: 'The mean over several (--eot 8) is that of the defence (Athalye et al. 2018, section 5.3).',
    },
  ]
}

function successes({ slices }: AttackEvidence): number {
  return slices.filter(({ success }) => success).length
}

function named({ method, budget }: AttackEvidence): string {
  if (budget === null) return method
  const unit = budget.unit === 'relative' ? 'of the range' : budget.unit
  return `${method} at ${Number(budget.value.toPrecision(3))} ${unit}`
}

/** What one method at one budget did to one model, as far as the checks look at it. */
export interface MaskingEvidence {
  readonly method: string
  /** What the method knows of the model: its gradient, its predictions, or nothing. */
  readonly access: 'white-box' | 'black-box' | 'none'
  readonly norm: 'Linf' | 'L2' | 'none'
  /** null where there is none; only budgets of one unit are compared. */
  readonly budget: { readonly value: number; readonly unit: string } | null
  readonly slices: readonly MaskingSlice[]
}

export interface MaskingSlice {
  readonly success: boolean
  /** Whether the slice was wrong before. */
  readonly metBefore: boolean
  readonly confidenceBefore: number | null
  /** Of the perturbation over the slice's pixels. */
  readonly perturbation: { readonly mean: number; readonly variance: number }
}

export interface MaskingWarning {
  readonly check:
    'zero-gradients' | 'saturation' | 'noise-as-good' | 'larger-budget-worse' | 'black-box-better'
  readonly message: string
  readonly tip: string
}

/**
 * Signs that gradients mislead, so that a model looks more robust than it is (Athalye, Carlini and Wagner
 * 2018, arXiv 1802.00420; Carlini et al. 2019, arXiv 1902.06705). `evidence` is of one model. Slices that
 * were wrong before do not count.
 */
export function maskingWarnings(evidence: readonly MaskingEvidence[]): MaskingWarning[] {
  const counted = evidence.map(withoutMet).filter(({ slices }) => slices.length > 0)
  return [
    ...zeroGradients(counted),
    ...saturation(counted),
    ...noiseAsGood(counted),
    ...largerBudgetWorse(counted),
    ...blackBoxBetter(counted),
  ]
}

function withoutMet(cell: MaskingEvidence): MaskingEvidence {
  return { ...cell, slices: cell.slices.filter(({ metBefore }) => !metBefore) }
}

/** A method that follows gradients has not moved a slice at all. */
function zeroGradients(evidence: readonly MaskingEvidence[]): MaskingWarning[] {
  return evidence
    .filter(({ access }) => access === 'white-box')
    .flatMap((cell) => {
      const still = cell.slices.filter(
        ({ success, perturbation }) => !success && perturbation.mean === 0 && perturbation.variance === 0,
      )
      if (still.length === 0) return []
      return [
        {
          check: 'zero-gradients' as const,
          message: `${named(cell)} did not change ${still.length} of ${cell.slices.length} slices at all: the gradient was zero there, or the budget is below one stored level.`,
          tip: 'Attack the logits (apgd-dlr, cw), or use a black box (square); compare with a larger budget.',
        },
      ]
    })
}

/** So near to 1 that float32 leaves nothing of 1 − p. */
const certain = 1 - 1e-6
/** From so many certain slices on, saturation is worth a warning. */
const noticeable = 0.1

function saturation(evidence: readonly MaskingEvidence[]): MaskingWarning[] {
  const [first] = evidence
  if (first === undefined || !evidence.some(({ access }) => access === 'white-box')) return []
  const saturated = first.slices.filter(({ confidenceBefore }) => (confidenceBefore ?? 0) >= certain).length
  if (saturated < noticeable * first.slices.length) return []
  return [
    {
      check: 'saturation',
      message: `The model is certain to within 0.0001 % of ${saturated} of ${first.slices.length} slices: the gradient of its loss may vanish by saturation.`,
      tip: 'Attacks on the logits do not suffer from this: apgd-dlr, cw, fab-t.',
    },
  ]
}

function noiseAsGood(evidence: readonly MaskingEvidence[]): MaskingWarning[] {
  return pairs(evidence, 'none', 'white-box').flatMap(([noise, attack]) =>
    successes(noise) > 0 && successes(noise) >= successes(attack)
      ? [
          {
            check: 'noise-as-good' as const,
            message: `${named(noise)}, which is not aimed, changes ${successes(noise)} of ${noise.slices.length} slices; ${named(attack)} no more than ${successes(attack)}.`,
            tip: 'Either the attack does not find its way, or the model is fragile against anything of this size.',
          },
        ]
      : [],
  )
}

function largerBudgetWorse(evidence: readonly MaskingEvidence[]): MaskingWarning[] {
  return evidence.flatMap((small) =>
    evidence
      .filter((large) => isSameBut(small, large) && (large.budget?.value ?? 0) > (small.budget?.value ?? 0))
      .filter((large) => successes(large) < successes(small))
      .map((large) => ({
        check: 'larger-budget-worse' as const,
        message: `${named(large)} succeeds on ${successes(large)} slices, with the smaller budget ${small.budget?.value ?? ''} on ${successes(small)}.`,
        tip: 'A larger budget holds the smaller one: use more steps, smaller ones, or restarts.',
      })),
  )
}

function isSameBut(a: MaskingEvidence, b: MaskingEvidence): boolean {
  return a.method === b.method && a.norm === b.norm && a.budget?.unit === b.budget?.unit
}

function blackBoxBetter(evidence: readonly MaskingEvidence[]): MaskingWarning[] {
  return pairs(evidence, 'black-box', 'white-box')
    .filter(
      ([blackBox, whiteBox]) =>
        isBestAtBudget(whiteBox, evidence) && successes(blackBox) > successes(whiteBox),
    )
    .map(([blackBox, whiteBox]) => ({
      check: 'black-box-better' as const,
      message: `${named(blackBox)}, which sees predictions alone, succeeds on ${successes(blackBox)} slices; the best method that follows gradients, ${named(whiteBox)}, on ${successes(whiteBox)}.`,
      tip: 'The gradient misleads: do not report the white-box result as robustness.',
    }))
}

/** The first of those with the most successes. */
function isBestAtBudget(cell: MaskingEvidence, evidence: readonly MaskingEvidence[]): boolean {
  const rivals = evidence.filter((other) => other.access === 'white-box' && isSameBudget(other, cell))
  const most = Math.max(...rivals.map(successes))
  return rivals.find((rival) => successes(rival) === most) === cell
}

function pairs(
  evidence: readonly MaskingEvidence[],
  one: MaskingEvidence['access'],
  other: MaskingEvidence['access'],
): (readonly [MaskingEvidence, MaskingEvidence])[] {
  return evidence
    .filter(({ access }) => access === one)
    .flatMap((a) =>
      evidence.filter((b) => b.access === other && isSameBudget(a, b)).map((b) => [a, b] as const),
    )
}

/** Both bound, by the same norm and budget. */
function isSameBudget(a: MaskingEvidence, b: MaskingEvidence): boolean {
  return (
    a.budget !== null &&
    a.norm === b.norm &&
    a.budget.unit === b.budget?.unit &&
    a.budget.value === b.budget.value
  )
}

function successes({ slices }: MaskingEvidence): number {
  return slices.filter(({ success }) => success).length
}

function named({ method, budget }: MaskingEvidence): string {
  return budget === null
    ? method
    : `${method} at ${Number(budget.value.toPrecision(3))}${budget.unit === '' ? '' : ` ${budget.unit}`}`
}

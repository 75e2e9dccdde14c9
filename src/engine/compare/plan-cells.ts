import { RadversaryError } from '../../core/errors.ts'
import { scaledBudget } from '../../core/image/budget.ts'
import type { GivenSettings } from '../../core/spec/attack-spec.ts'
import type { ComparedMethod, ComparisonSpec } from '../../core/spec/comparison-spec.ts'
import { boundOf, type Bound } from '../attack/evidence.ts'
import { configureMethod, type ConfiguredMethod } from '../attack/method-settings.ts'

/** One cell of the comparison's grid: a method at a budget on a model. */
export interface PlannedCell extends Bound {
  /** Index among the compared models. */
  readonly model: number
  readonly method: ConfiguredMethod
  /** What it is called beside the others; undefined: by the method's name. */
  readonly as?: string | undefined
}

/**
 * Every model with every method at every budget of the method's norm; a method without a budget, or whose
 * budget is among its settings, is there once. @throws RadversaryError usage for a method, setting or budget
 * that there is not.
 */
export function planCells(
  models: number,
  methods: readonly ComparedMethod[],
  budgets: ComparisonSpec['budgets'],
): PlannedCell[] {
  if (methods.length === 0)
    throw new RadversaryError('usage', 'Comparison: expected at least one method, got none')
  const rows = methods.flatMap((method) => atBudgets(method, budgets))
  return Array.from({ length: models }, (_, model) => rows.map((row) => ({ model, ...row }))).flat()
}

function atBudgets(
  { name, settings, as }: ComparedMethod,
  budgets: ComparisonSpec['budgets'],
): Omit<PlannedCell, 'model'>[] {
  const alone = configureMethod(name, settings)
  if (alone.inner !== undefined)
    throw new RadversaryError(
      'usage',
      `Comparison: expected methods that need no fitted features, got ${name}`,
      {
        tip: 'Attack the study with it by itself.',
      },
    )
  const bound = boundOf(alone)
  const { norm } = bound
  const isAsked = (norm === 'Linf' || norm === 'L2') && !('epsilon' in settings)
  const given = isAsked ? budgets[norm] : []
  if (given.length === 0) return [{ method: alone, as, ...bound }]
  return given.map((budget) => ({
    method: configureMethod(name, scaled(alone, settings, budget)),
    as,
    budget,
    norm,
  }))
}

/**
 * The budget and, unless it was given, a step that is the same part of it as the presets' step is of the
 * preset budget.
 */
function scaled(
  { settings: presets }: ConfiguredMethod,
  given: GivenSettings,
  budget: string,
): GivenSettings {
  const { epsilon, stepSize } = presets
  if ('stepSize' in given || typeof epsilon !== 'number' || typeof stepSize !== 'number')
    return { ...given, epsilon: budget }
  return { ...given, epsilon: budget, stepSize: scaledBudget(budget, stepSize / epsilon) }
}

import { create } from 'zustand'
import { engine } from '../../api/client.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { askIntensity } from '../../state/intensity-question.ts'
import { refreshComparisons, workOnComparison } from './comparison-work.ts'

/** What the form holds; kept while the dialog is closed. What of it is compared, `choicesOf` says. */
export interface ComparisonForm {
  readonly models: readonly string[]
  readonly methods: readonly string[]
  /** Separated by spaces or semicolons. */
  readonly budgets: string
  readonly budgetsL2: string
  readonly transfer: boolean
  /** A labels file; undefined for the one beside the study. */
  readonly labels: string | undefined
  readonly seed: number
}

export const useComparisonForm = create<ComparisonForm>(() => ({
  models: [],
  methods: ['smia', 'pgd', 'fgsm', 'noise'],
  budgets: '2/255 4/255 8/255',
  budgetsL2: '',
  transfer: true,
  labels: undefined,
  seed: 0,
}))

export const changeComparisonForm: (change: Partial<ComparisonForm>) => void = useComparisonForm.setState

/** What is compared, and by which labels. */
interface Compared extends Pick<ComparisonForm, 'models' | 'methods'> {
  readonly labels: string
}

/**
 * Writes the comparison down and sets it to work in the background; false where its user declines to apply a
 * card that does not suit. What is wrong with the form is thrown.
 */
export async function startComparison(
  study: StudyInfo,
  { models, methods, labels }: Compared,
): Promise<boolean> {
  const intensity = await askIntensity({ study: study.id, models })
  if (intensity === 'cancelled') return false
  const { budgets, budgetsL2, transfer, seed } = useComparisonForm.getState()
  const { comparison } = await engine.comparisons.create.mutate({
    ...{ study: study.id, models: [...models], seed, transfer: transfer && models.length > 1 },
    forceIntensity: intensity === 'forced',
    methods: methods.map((name) => ({ name })),
    budgets: { Linf: budgetsIn(budgets), L2: budgetsIn(budgetsL2) },
    labels: labels === '' ? undefined : labels,
  })
  await refreshComparisons()
  void workOnComparison(comparison)
  return true
}

/** '8/255; 20HU' and '8/255 20HU' are two budgets; a number and its unit stand together. */
export function budgetsIn(text: string): string[] {
  return text.split(/[\s;]+/).filter((part) => part !== '')
}

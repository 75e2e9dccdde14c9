import { methodNamed } from '../../core/attacks/attack-methods.ts'
import type { MethodEntry } from '../../core/attacks/method-entry.ts'
import { lossesOf, smallestBudgets, stabilisationOf } from '../../core/evaluate/curves.ts'
import { measuresOf } from '../../core/evaluate/measures.ts'
import { subgroupsOf } from '../../core/evaluate/subgroups.ts'
import { checklistOf } from '../../core/evaluate/checklist.ts'
import {
  eachOnce,
  fooledOf,
  pairOf,
  performanceOf,
  worstCaseOf,
  worstRowsOf,
  type EvaluatedRow,
} from '../../core/evaluate/robustness.ts'
import { internalError } from '../../core/errors.ts'
import { parseBudget } from '../../core/image/budget.ts'
import { namesOf } from '../../core/model/card.ts'
import type { ProtocolStep } from '../../core/spec/protocols.ts'
import type { CellResult } from '../compare/cell-result.ts'
import type { Comparison } from '../compare/comparison.ts'
import { entry } from '../../core/entry.ts'
import type { OpenedModel } from '../models/open-model.ts'
import type { EvaluatedMethod, EvaluatedModel } from './evaluation.ts'
import { evaluatedRows, measuredSlices, type Patients } from './evaluated-rows.ts'
import type { GroupsOfColumn } from './subgroup-values.ts'

/** What a finished comparison is evaluated by. */
export interface ToEvaluate {
  readonly comparison: Comparison
  /** Every slice of each cell, in the comparison's order. */
  readonly cells: readonly CellResult[]
  readonly opened: readonly OpenedModel[]
  readonly steps: readonly ProtocolStep[]
  readonly epsilon: string
  readonly patients: Patients
  readonly groups: readonly GroupsOfColumn[]
}

/** Names of a model's classes: those that are decided between, none of other tasks; and all. */
interface Names {
  readonly classes: readonly string[]
  readonly names: readonly string[]
}

/** A cell with its answers. */
interface RowedCell {
  readonly method: EvaluatedMethod
  readonly rows: readonly EvaluatedRow[]
}

export function evaluatedModel(given: ToEvaluate, index: number): EvaluatedModel {
  const { comparison, opened } = given
  const { card } = entry(opened, index)
  const { name, sha256, device } = entry(comparison.models, index)
  const isOfClasses = card.task === 'classification' || card.task === 'ordinal'
  const classes = isOfClasses ? [...namesOf(card)] : []
  const cells = given.cells.flatMap((cell, at) =>
    cell.model === index ? [rowedCell(cell, at, given, { classes, names: namesOf(card) })] : [],
  )
  const reference = cells.filter(({ method }) => method.isReference)
  const worstCase = worstCaseOf(reference.map(({ rows }) => rows))
  const images = eachOnce(cells.map(({ rows }) => rows))
  const clean = comparison.labels === 'file' ? performanceOf(images, 'before', classes) : null
  const methods = cells.map(({ method }) => method)
  return {
    name,
    sha256,
    device,
    task: card.task,
    classes,
    ...defencePart(entry(comparison.models, index), methods),
    methods,
    worstCase,
    clean,
    subgroups: given.groups.map(({ column, byKey }) =>
      subgroupsOf(column, byKey, {
        rows: worstRowsOf(reference.map(({ rows }) => rows)),
        hasLabels: comparison.labels === 'file',
      }),
    ),
    survival: survivalOf(cells),
    cases: [],
    pairs: pairsOf(reference),
    checklist: checklistOf({
      cells: methods.map((method) => ({ ...method, budget: method.budgetValue })),
      worstCase,
      cleanAccuracy: clean?.accuracy.rate ?? null,
      judges: Math.max(0, ...methods.map(({ transfer }) => transfer.length)),
    }),
    warnings: comparison.warnings
      .filter(({ model }) => model === index)
      .map(({ check, message, tip }) => ({ check, message, tip })),
  }
}

/**
 * Methods that follow gradients see a defence unless they were asked not to; what is not aimed never does.
 */
function defencePart(
  { defence }: Comparison['models'][number],
  methods: readonly EvaluatedMethod[],
): Pick<EvaluatedModel, 'defence'> {
  if (defence === undefined) return {}
  const names = [...new Set(methods.map(({ method }) => method))]
  const isUnseen = (access: MethodEntry['access']) =>
    access === 'none' || (access === 'white-box' && defence.seen === 'oblivious')
  const unseenBy = names.filter((name) => isUnseen(methodNamed(name).access))
  return { defence: { ...defence, unseenBy } }
}

function rowedCell(cell: CellResult, at: number, given: ToEvaluate, { classes, names }: Names): RowedCell {
  const { comparison, steps, patients } = given
  const { meanPsnr, meanSsim, transfer } = entry(comparison.cells, at)
  const rows = evaluatedRows(cell, patients, comparison.target !== null)
  const { role, why } = stepOf(steps, cell.method)
  const budgetValue = cell.budget === null ? null : parseBudget(cell.budget).value
  const isReference = cell.norm === 'Linf' && budgetValue === parseBudget(given.epsilon).value
  const after = isReference || cell.budget === null ? performanceOf(rows, 'after', classes) : null
  return {
    rows,
    method: {
      method: cell.method,
      settings: cell.settings,
      norm: cell.norm,
      budget: cell.budget,
      role,
      why,
      budgetValue,
      isReference,
      psnr: meanPsnr,
      ssim: meanSsim,
      after,
      losses: lossesOf(cell.slices.map(({ trace }) => trace.map(({ deviation }) => deviation))),
      measures: measuresOf(measuredSlices(cell, patients), names),
      stabilisation: stabilisationOf(cell.slices.map(({ trace }) => trace)),
      ...fooledOf(rows),
      transfer: transfer.map(({ model, slices, metBefore, fooled }) => ({
        model,
        slices,
        metBefore,
        fooled,
      })),
    },
  }
}

function stepOf(steps: readonly ProtocolStep[], method: string): ProtocolStep {
  const step = steps.find((each) => each.method === method)
  if (step === undefined) throw internalError(`a cell of ${method} is not of the protocol`)
  return step
}

/** Smallest budgets of methods that had several. */
function survivalOf(cells: readonly RowedCell[]): EvaluatedModel['survival'] {
  const bounded = cells.flatMap(({ method: { method, budgetValue }, rows }) => {
    const attacked = rows.filter(({ metBefore }) => !metBefore)
    const fooled = new Map(attacked.map(({ key, success }) => [key, success]))
    return budgetValue === null ? [] : [{ method, budget: budgetValue, fooled }]
  })
  return [...new Set(bounded.map(({ method }) => method))].flatMap((method) => {
    const own = bounded.filter((cell) => cell.method === method)
    return own.length < 2 ? [] : [{ method, smallestBudgets: smallestBudgets(own) }]
  })
}

/** Every two methods at the reference budget. */
function pairsOf(cells: readonly RowedCell[]): EvaluatedModel['pairs'] {
  return cells.flatMap((one, i) =>
    cells.slice(i + 1).map((other) => ({
      first: one.method.method,
      second: other.method.method,
      ...pairOf(one.rows, other.rows),
    })),
  )
}

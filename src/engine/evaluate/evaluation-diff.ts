import { join } from 'node:path'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import {
  eachOnce,
  pairOf,
  worstRowsOf,
  type EvaluatedRow,
  type MethodPair,
} from '../../core/evaluate/robustness.ts'
import { differenceOf, type Proportion, type RateDifference } from '../../core/evaluate/statistics.ts'
import { budgetText } from './evaluation-texts.ts'
import { pairableRows, type CellRows } from './pairable-rows.ts'
import { evaluation, evaluationName, type EvaluatedModel, type Evaluation } from './evaluation.ts'

/** One number of two evaluations. */
export interface DiffRow {
  readonly what: string
  readonly budget: string
  readonly before: Proportion
  readonly after: Proportion
  /** After − before, as of independent samples. */
  readonly difference: RateDifference
  /** The same on the same images, patient by patient; null where the images are not the same. */
  readonly paired: MethodPair | null
}

export interface EvaluationDiff {
  readonly models: readonly {
    readonly before: string
    readonly after: string
    readonly rows: readonly DiffRow[]
  }[]
  /** What else differs, so that numbers may not be of the same question. */
  readonly caveats: readonly string[]
}

/**
 * Compares two evaluations' folders, model by model in their order, e.g. before and after retraining. @throws
 * RadversaryError verification-failed for a folder that holds none; usage for other numbers of models
 */
export async function diffEvaluations(before: string, after: string): Promise<EvaluationDiff> {
  const [a, b] = [await readEvaluation(before), await readEvaluation(after)]
  const rows = await pairableRows({ folder: before, evaluation: a }, { folder: after, evaluation: b })
  if (a.models.length !== b.models.length)
    throw new RadversaryError(
      'usage',
      `Evaluations: expected ${a.models.length} models, got ${b.models.length}`,
      { file: after },
    )
  return {
    models: a.models.flatMap((model, i) => {
      const other = b.models[i]
      return other === undefined
        ? []
        : [
            {
              before: model.name,
              after: other.name,
              rows: rowsOf({ model, rows: rows?.before[i] }, { model: other, rows: rows?.after[i] }),
            },
          ]
    }),
    caveats: [...caveatsOf(a, b), ...(rows === undefined ? [notPaired] : [])],
  }
}

function readEvaluation(folder: string): Promise<Evaluation> {
  return readJson(join(folder, evaluationName), evaluation, toRestore)
}

const notPaired =
  'The images are not the same, or their answers are not there: intervals are as of independent samples.'

/** A model of one of the evaluations, with the answers of each of its cells where they can be paired. */
interface Side {
  readonly model: EvaluatedModel
  readonly rows: CellRows | undefined
}

function rowsOf(a: Side, b: Side): DiffRow[] {
  const row = (
    what: string,
    budget: string,
    before: Proportion,
    after: Proportion,
    paired: MethodPair | null,
  ) => ({
    what,
    budget,
    before,
    after,
    paired,
    difference: differenceOf(before, after),
  })
  const { clean: one } = a.model
  const { clean: other } = b.model
  const clean =
    one && other
      ? [row('clean accuracy', '', one.accuracy, other.accuracy, pairedBy(cleanRows(a), cleanRows(b)))]
      : []
  const fooled = a.model.methods.flatMap((method, i) => {
    const j = b.model.methods.findIndex(
      (each) => each.method === method.method && each.budgetValue === method.budgetValue,
    )
    const found = b.model.methods[j]
    if (found === undefined) return []
    return [
      row(
        `fooled by ${method.method}`,
        budgetText(method),
        method.fooled,
        found.fooled,
        pairedBy(a.rows?.[i], b.rows?.[j]),
      ),
    ]
  })
  const worst = row(
    'fooled, worst case',
    '',
    a.model.worstCase.fooled,
    b.model.worstCase.fooled,
    pairedBy(worstRows(a), worstRows(b)),
  )
  return [...clean, worst, ...fooled]
}

/** After − before on images that were right before in both. */
function pairedBy(
  before: readonly EvaluatedRow[] | undefined,
  after: readonly EvaluatedRow[] | undefined,
): MethodPair | null {
  return before === undefined || after === undefined ? null : pairOf(after, before)
}

function worstRows({ model, rows }: Side): EvaluatedRow[] | undefined {
  return rows && worstRowsOf(rows.filter((_, i) => model.methods[i]?.isReference === true))
}

/** Clean answers as what happened to each image: being right. */
function cleanRows({ rows }: Side): EvaluatedRow[] | undefined {
  return rows && eachOnce(rows).map((row) => ({ ...row, metBefore: false, success: row.before.isRight }))
}

function caveatsOf(a: Evaluation, b: Evaluation): string[] {
  const facts = [
    ['protocol', a.protocol.name, b.protocol.name],
    ['budget', a.protocol.epsilon, b.protocol.epsilon],
    ['images', a.study.images, b.study.images],
    ['patients', a.study.patients, b.study.patients],
    ['labels', a.labels, b.labels],
    ['target', a.target ?? 'none', b.target ?? 'none'],
    ['criterion', a.criterion ?? 'preset', b.criterion ?? 'preset'],
    ['seed', a.seed, b.seed],
    ['version', a.software.version, b.software.version],
  ] as const
  return facts.flatMap(([name, one, other]) =>
    one === other ? [] : [`The ${name} differs: ${one} and ${other}.`],
  )
}

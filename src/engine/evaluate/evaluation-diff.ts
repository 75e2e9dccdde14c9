import { join } from 'node:path'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { differenceOf, type Proportion, type RateDifference } from '../../core/evaluate/statistics.ts'
import { budgetText } from './evaluation-texts.ts'
import { evaluation, evaluationName, type EvaluatedModel, type Evaluation } from './evaluation.ts'

/** One number of two evaluations. */
export interface DiffRow {
  readonly what: string
  readonly budget: string
  readonly before: Proportion
  readonly after: Proportion
  /** After − before, as of independent samples. */
  readonly difference: RateDifference
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
  if (a.models.length !== b.models.length)
    throw new RadversaryError('usage', `Evaluations: expected ${a.models.length} models, got ${b.models.length}`, { file: after }) // prettier-ignore
  return {
    models: a.models.flatMap((model, i) => {
      const other = b.models[i]
      return other === undefined
        ? []
        : [{ before: model.name, after: other.name, rows: rowsOf(model, other) }]
    }),
    caveats: caveatsOf(a, b),
  }
}

function readEvaluation(folder: string): Promise<Evaluation> {
  return readJson(join(folder, evaluationName), evaluation, toRestore)
}

function rowsOf(a: EvaluatedModel, b: EvaluatedModel): DiffRow[] {
  const row = (what: string, budget: string, before: Proportion, after: Proportion): DiffRow => ({
    what,
    budget,
    before,
    after,
    difference: differenceOf(before, after),
  })
  const clean = a.clean && b.clean ? [row('clean accuracy', '', a.clean.accuracy, b.clean.accuracy)] : []
  const fooled = a.methods.flatMap((method) => {
    const other = b.methods.find((each) => each.method === method.method && each.budgetValue === method.budgetValue) // prettier-ignore
    return other === undefined ? [] : [row(`fooled by ${method.method}`, budgetText(method), method.fooled, other.fooled)] // prettier-ignore
  })
  return [...clean, row('fooled, worst case', '', a.worstCase.fooled, b.worstCase.fooled), ...fooled]
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

import { join } from 'node:path'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import type { EvaluatedRow } from '../../core/evaluate/robustness.ts'
import { cellResult } from '../compare/cell-result.ts'
import { cellPath } from '../compare/compare-study.ts'
import { evaluatedRows } from './evaluated-rows.ts'
import type { Evaluation } from './evaluation.ts'

/** Answers of each cell of a model, in the order of its methods. */
export type CellRows = readonly (readonly EvaluatedRow[])[]

interface Evaluated {
  readonly folder: string
  readonly evaluation: Evaluation
}

/**
 * The answers of two evaluations, model by model; undefined where they are not of the same images, or where
 * the comparison's cells are not beside an evaluation any more. @throws RadversaryError verification-failed
 * for a damaged cell
 */
export async function pairableRows(
  one: Evaluated,
  other: Evaluated,
): Promise<{ readonly before: readonly CellRows[]; readonly after: readonly CellRows[] } | undefined> {
  const [before, after] = [await rowsIn(one), await rowsIn(other)]
  if (before === undefined || after === undefined) return undefined
  return imagesOf(before) === imagesOf(after) ? { before, after } : undefined
}

async function rowsIn({ folder, evaluation }: Evaluated): Promise<CellRows[] | undefined> {
  const patients = new Map(Object.entries(evaluation.patientOf))
  const all: EvaluatedRow[][][] = []
  let before = 0
  for (const { methods } of evaluation.models) {
    const rows: EvaluatedRow[][] = []
    for (const index of methods.keys()) {
      const path = join(folder, 'comparison', cellPath(before + index))
      if (!(await fileExists(path))) return undefined
      const cell = await readJson(path, cellResult, toRestore)
      rows.push(evaluatedRows(cell, patients, evaluation.target !== null))
    }
    all.push(rows)
    before += methods.length
  }
  return all
}

function imagesOf(models: readonly CellRows[]): string {
  return [...new Set(models.flat(2).map(({ key }) => key))].sort().join('\n')
}

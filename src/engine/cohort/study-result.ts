import { comparedName } from '../../core/spec/compared-methods.ts'
import { join } from 'node:path'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import type { Headline } from '../../core/evaluate/headline.ts'
import { parseCard } from '../../core/model/card.ts'
import { recordName } from '../attack/attack-study.ts'
import type { ComparedCell, Comparison } from '../compare/comparison.ts'
import { readComparison } from '../compare/read-comparison.ts'
import {
  evaluation,
  evaluationName,
  type EvaluatedMethod,
  type EvaluatedModel,
  type Evaluation,
} from '../evaluate/evaluation.ts'
import { attackRecord, type AttackRecord } from '../export/record.ts'
import type { CohortJob } from './cohort-request.ts'

/** One attack on all studies: what a cell of a comparison is on one. */
export interface CohortCell {
  /** The model's name. */
  readonly model: string
  /** `worst case` of an evaluation's methods together. */
  readonly method: string
  /** As it was asked for; null of what has none. */
  readonly budget: string | null
}

/** What a cell has come to on one study; means are over its slices, null where its job has none. */
export interface StudyCell extends Headline {
  readonly meanConfidenceBefore: number | null
  readonly meanConfidenceAfter: number | null
  readonly meanLinf: number | null
  readonly meanPsnr: number | null
  readonly meanSsim: number | null
}

/** What all studies of a cohort have in common, as their records say it. */
export type CohortRun =
  | Pick<AttackRecord, 'software' | 'model' | 'attack' | 'identity' | 'device' | 'labels'>
  | Omit<Comparison, 'schema' | 'notice' | 'exportId' | 'images' | 'cells' | 'failures' | 'warnings'>
  | Pick<Evaluation, 'software' | 'protocol' | 'labels' | 'target' | 'criterion' | 'seed'>

/** What the record of one study says. */
export interface StudyResult {
  readonly run: CohortRun
  readonly cells: readonly CohortCell[]
  readonly exportId: string
  readonly images: number
  /** Inputs of it that could not be read or attacked. */
  readonly failures: number
  /** In the order of `cells`. */
  readonly results: readonly StudyCell[]
  /** The counts of attacks; undefined of other jobs. */
  readonly summary?: AttackRecord['summary']
}

/** Reads what a job has left of a study. @throws RadversaryError io-failed, verification-failed */
export function readResult(job: CohortJob, folder: string): Promise<StudyResult> {
  return readers[job](folder)
}

const readers = {
  attack: async (folder) => ofAttack(await readJson(join(folder, recordName), attackRecord, toRestore)),
  compare: async (folder) => ofComparison(await readComparison(folder)),
  evaluate: async (folder) =>
    ofEvaluation(await readJson(join(folder, evaluationName), evaluation, toRestore)),
} satisfies Readonly<Record<CohortJob, (folder: string) => Promise<StudyResult>>>

function ofAttack(record: AttackRecord): StudyResult {
  const { software, model, attack, identity, device, labels, exportId, images, failures, summary } = record
  const { slices, metBefore, fooled, meanConfidenceBefore, meanConfidenceAfter, window } = summary
  const { meanLinf, meanPsnr, meanSsim } = window
  const { epsilon } = attack.settings
  return {
    run: { software, model, attack, ...(identity && { identity }), device, labels },
    cells: [
      {
        model: parseCard(model.card).name,
        method: attack.method,
        budget: epsilon === undefined ? null : String(epsilon),
      },
    ],
    exportId,
    images: images.length,
    failures: failures.length,
    results: [
      { slices, metBefore, fooled, meanConfidenceBefore, meanConfidenceAfter, meanLinf, meanPsnr, meanSsim },
    ],
    summary,
  }
}

function ofComparison(comparison: Comparison): StudyResult {
  const { schema: _, notice: __, exportId, images, cells, failures, warnings: ___, ...run } = comparison
  return {
    run,
    cells: cells.map((cell) => ({
      model: nameOf(run, cell.model),
      method: comparedName(cell),
      budget: cell.budget,
    })),
    exportId,
    images,
    failures: failures.length,
    results: cells.map(comparedResult),
  }
}

function nameOf({ models }: Pick<Comparison, 'models'>, index: number): string {
  return models[index]?.name ?? String(index)
}

function comparedResult(cell: ComparedCell): StudyCell {
  const { slices, metBefore, fooled, meanConfidenceBefore, meanConfidenceAfter } = cell
  const { meanLinf, meanPsnr, meanSsim } = cell
  return {
    slices,
    metBefore,
    fooled,
    meanConfidenceBefore,
    meanConfidenceAfter,
    meanLinf,
    meanPsnr,
    meanSsim,
  }
}

function ofEvaluation(given: Evaluation): StudyResult {
  const { software, protocol, labels, target, criterion, seed, models } = given
  return {
    run: { software, protocol, labels, target, criterion, seed },
    cells: models.flatMap(evaluatedCells),
    exportId: given.exportId,
    images: given.study.images,
    failures: given.failures.length,
    results: models.flatMap(({ methods, worstCase }) => [...methods, worstCase].map(evaluatedResult)),
  }
}

function evaluatedCells({ name, methods }: EvaluatedModel): CohortCell[] {
  const worst = { model: name, method: 'worst case', budget: null }
  return [...methods.map(({ method, budget }) => ({ model: name, method, budget })), worst]
}

function evaluatedResult(found: Headline & Partial<Pick<EvaluatedMethod, 'psnr' | 'ssim'>>): StudyCell {
  const { slices, metBefore, fooled, psnr = null, ssim = null } = found
  const unknown = { meanConfidenceBefore: null, meanConfidenceAfter: null, meanLinf: null }
  return { slices, metBefore, fooled, ...unknown, meanPsnr: psnr, meanSsim: ssim }
}

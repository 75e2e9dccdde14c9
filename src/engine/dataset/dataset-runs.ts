import { join, resolve } from 'node:path'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { namesOf, parseCard } from '../../core/model/card.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { recordName } from '../attack/attack-study.ts'
import { attackRecord, type AttackRecord, type RecordedFrame } from '../export/record.ts'
import { type SourcesRequest, sourcesAmong } from '../verify/recorded-sources.ts'
import { patientsOf } from '../evaluate/evaluated-rows.ts'
import { openStudy, type StudyImage } from '../study/open-study.ts'

/** A finished export that a data set is made of. */
export interface DatasetRun {
  /** From 1, in the order in which they were named. */
  readonly number: number
  readonly folder: string
  readonly record: AttackRecord
}

/** An image that a run has attacked, with its source. */
export interface AttackedImage {
  readonly run: DatasetRun
  readonly original: StudyImage
  /** The adversarial file, within the run's folder. */
  readonly path: string
  /** The file with its masks, within the run's folder. */
  readonly result: string
  readonly frames: readonly RecordedFrame[]
}

export interface DatasetSources {
  readonly task: ModelCard['task']
  /** What labels are indices of; of a regression the value's name. */
  readonly names: readonly string[]
  /** Whether an image can have several labels, or none. */
  readonly overlapping: boolean
  readonly runs: readonly DatasetRun[]
  readonly images: readonly AttackedImage[]
  /** Numbers of patients, by the SOP Instance UIDs of the study. */
  readonly patients: ReadonlyMap<string, number>
}

/**
 * Reads runs and finds the source of each of their images.
 * @throws RadversaryError usage where runs are of models with other classes, or the study lacks an image; as
 * `sourcesOf`
 */
export async function datasetSources(
  folders: readonly string[],
  request: SourcesRequest,
  signal: AbortSignal | undefined,
): Promise<DatasetSources> {
  const runs: DatasetRun[] = []
  for (const [index, folder] of folders.entries()) {
    const record = await readJson(join(resolve(folder), recordName), attackRecord, toRestore)
    runs.push({ number: index + 1, folder: resolve(folder), record })
  }
  const meaning = sameModels(runs)
  const study = await openStudy(request.source, { signal })
  const images: AttackedImage[] = []
  for (const run of runs) {
    const sources = await sourcesAmong(run.record, study.images, request)
    images.push(...run.record.images.map((image) => attackedImage(run, image, sources)))
  }
  return { ...meaning, runs, images, patients: patientsOf(study.images) }
}

function attackedImage(
  run: DatasetRun,
  { sopInstanceUid, exported, result, frames }: AttackRecord['images'][number],
  sources: ReadonlyMap<string, StudyImage>,
): AttackedImage {
  const original = sources.get(sopInstanceUid)
  const { path } = exported.series
  if (original !== undefined) return { run, original, path, result, frames }
  throw new RadversaryError('usage', `Data set: expected the source of ${path}, got none`, {
    file: run.folder,
    tip: 'Give all studies that were attacked with --study, and the key of the export with --key.',
  })
}

/** What labels mean is the same in all runs, or they are no labels of one data set. */
function sameModels(runs: readonly DatasetRun[]): Pick<DatasetSources, 'task' | 'names' | 'overlapping'> {
  const cards = runs.map(({ record, folder }) => parseCard(record.model.card, folder))
  const [first] = cards
  if (first === undefined) throw new RadversaryError('usage', 'Data set: expected a run or more, got none')
  const meaningOf = (card: ModelCard) => JSON.stringify([card.task, namesOf(card), isOverlapping(card)])
  const other = cards.findIndex((card) => meaningOf(card) !== meaningOf(first))
  if (other < 0) return { task: first.task, names: namesOf(first), overlapping: isOverlapping(first) }
  throw new RadversaryError(
    'usage',
    `Data set: expected runs whose models have the same task and classes, got ${meaningOf(first)} and ${meaningOf(cards[other] ?? first)}`,
    { file: runs[other]?.folder, tip: 'Make a data set of each.' },
  )
}

function isOverlapping({ output }: ModelCard): boolean {
  return 'activation' in output && output.activation === 'multi-label-sigmoid'
}

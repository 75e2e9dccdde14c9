import { basename } from 'node:path'
import { openExportFolder } from '../../adapters/fs/export-folder.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { noteExport } from '../departures/departure-log.ts'
import {
  type ExportIdentity,
  identityParts,
  keyedId,
  keyOf,
  openIdentity,
  recordedIdentityOf,
} from '../deidentify/export-identity.ts'
import type { IdentityRequest } from '../deidentify/identity-request.ts'
import { researchNotice } from '../export/record.ts'
import type { JobHooks } from '../progress.ts'
import { version } from '../version.ts'
import { type AskedImages, DatasetImages } from './dataset-images.ts'
import { datasetName, type DatasetRecord } from './dataset-record.ts'
import { boxesCsv, type DatasetRow, labelsCsv } from './dataset-rows.ts'
import { datasetSources, type DatasetSources } from './dataset-runs.ts'
import { datasheet } from './datasheet.ts'

export interface DatasetRequest extends AskedImages {
  /** Folders of finished attacks. */
  readonly runs: readonly string[]
  /** The studies that were attacked. */
  readonly source: readonly string[]
  readonly out: string
  readonly identity: IdentityRequest
  readonly home: string
  /** The Python file that reads it, which goes with it. */
  readonly loader: string
}

export interface DatasetReport {
  readonly folder: string
  readonly record: DatasetRecord
}

/**
 * Makes a training set of attacks: each image as it was and as each run has made it, with labels, in splits
 * that part patients, with the hash of every file and a datasheet.
 * @throws RadversaryError usage where no image is left; as `datasetSources`, `openIdentity`,
 * `openExportFolder`
 */
export async function makeDataset(request: DatasetRequest, hooks: JobHooks): Promise<DatasetReport> {
  const { source, home, identity: asked, out } = request
  const sources = await datasetSources(request.runs, { source, home, key: asked.key }, hooks.signal)
  const identity = await openIdentity(asked, home)
  const exportId = exportIdOf(request, sources, identity)
  const folder = await openExportFolder({ folder: out, exportId, sources: [...source, ...request.runs] })
  const job = new DatasetImages(request, sources, identity, folder)
  const rows = await job.write(hooks)
  const loader = await readBytes({ path: request.loader })
  const record = recordOf(request, { sources, exportId, identity, rows })
  sayEmptySplits(record, hooks)
  const text = new TextEncoder()
  await folder.write('labels.csv', text.encode(labelsCsv(rows)))
  if (sources.task === 'detection')
    await folder.write('boxes.csv', text.encode(boxesCsv(job.boxed, sources.names)))
  await folder.write(datasetName, text.encode(`${JSON.stringify(record, null, 2)}\n`))
  await folder.write('README.md', text.encode(datasheet(record)))
  await folder.write(basename(request.loader), loader)
  await folder.finish()
  await noteExport(home, folder.folder, { what: 'dataset', identity: record.identity }, hooks)
  return { folder: folder.folder, record }
}

/** Fewer patients than splits leave some empty: a patient is in one alone. */
function sayEmptySplits({ splits }: DatasetRecord, { onNotice }: JobHooks): void {
  const empty = splits.filter(({ clean, adversarial }) => clean + adversarial === 0)
  const patients = splits.reduce((sum, split) => sum + split.patients, 0)
  if (empty.length > 0)
    onNotice?.(
      `No image is in ${empty.map(({ name }) => name).join(', ')}: there are ${patients} patients, and each is in one split alone.`,
    )
}

function exportIdOf(
  { format, splits, seed, onlyFooled }: DatasetRequest,
  { runs }: DatasetSources,
  identity: ExportIdentity,
): string {
  const of = runs.map(({ record }) => record.exportId)
  const parts = [version, of, format, splits, seed, onlyFooled, identityParts(identity)]
  return `dataset-${keyedId(keyOf(identity), JSON.stringify(parts), 32)}`
}

interface Made {
  readonly sources: DatasetSources
  readonly exportId: string
  readonly identity: ExportIdentity
  readonly rows: readonly DatasetRow[]
}

function recordOf(
  { format, splits, seed, onlyFooled }: DatasetRequest,
  { sources: { task, names, overlapping, runs }, exportId, identity, rows }: Made,
): DatasetRecord {
  return {
    schema: 'radversary/dataset/1',
    notice: researchNotice,
    exportId,
    software: { name: 'Radversary', version },
    task,
    names: [...names],
    overlapping,
    format,
    seed,
    onlyFooled,
    identity: recordedIdentityOf(identity),
    runs: runs.map(({ number, record: { exportId: of, model, attack, labels } }) => ({
      number,
      exportId: of,
      model: { name: String(model.card['name']), sha256: model.sha256 },
      method: attack.method,
      settings: { ...attack.settings },
      target: attack.target,
      seed: attack.seed,
      labels,
    })),
    splits: splits.map(({ name, share }) => ({
      name,
      share,
      ...countsOf(rows.filter((row) => row.split === name)),
    })),
  }
}

function countsOf(rows: readonly DatasetRow[]) {
  const ofKind = (kind: DatasetRow['kind']) => rows.filter((row) => row.kind === kind).length
  const patients = new Set(rows.map(({ patient }) => patient)).size
  return { patients, clean: ofKind('clean'), adversarial: ofKind('adversarial') }
}

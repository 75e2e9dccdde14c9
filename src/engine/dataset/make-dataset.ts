import { basename, join } from 'node:path'
import { type ExportFolder, openExportFolder } from '../../adapters/fs/export-folder.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { maskPng, niftiOf, pngOf } from '../../adapters/images/write-pictures.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { entry } from '../../core/entry.ts'
import { internalError, namingFile, type Notice, RadversaryError } from '../../core/errors.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'
import { fromRuns } from '../../core/image/mask.ts'
import { noteExport } from '../departures/departure-log.ts'
import {
  type ExportIdentity,
  identityParts,
  keyedId,
  keyOf,
  openIdentity,
  recordedIdentityOf,
  sourceFor,
} from '../deidentify/export-identity.ts'
import type { IdentityRequest } from '../deidentify/identity-request.ts'
import { slicePlace } from '../export/export-pictures.ts'
import { imageResult } from '../export/image-result.ts'
import { type RecordedFrame, researchNotice } from '../export/record.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { decodeFrames, distinctNotices } from '../study/load-image.ts'
import { version } from '../version.ts'
import { type DatasetFormat, datasetName, type DatasetRecord } from './dataset-record.ts'
import { boxesCsv, type DatasetRow, labelOf, labelsCsv } from './dataset-rows.ts'
import { type AttackedImage, datasetSources, type DatasetSources } from './dataset-runs.ts'
import { datasheet } from './datasheet.ts'
import { Shards } from './shards.ts'
import { splitPatients, type Split } from './splits.ts'

export interface DatasetRequest {
  /** Folders of finished attacks. */
  readonly runs: readonly string[]
  /** The studies that were attacked. */
  readonly source: readonly string[]
  readonly out: string
  readonly format: DatasetFormat
  readonly splits: readonly Split[]
  readonly seed: number
  /** Whether adversarial images that fooled no model are left out. */
  readonly onlyFooled: boolean
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
  const job = new DatasetJob(request, sources, identity, folder)
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

/** What an image is, whichever file it ends in. */
type About = Omit<DatasetRow, 'image' | 'index' | 'mask'>

/** Writes images one after the other, in the order of the first run that has them. */
class DatasetJob {
  readonly boxed: { row: DatasetRow; boxes: NonNullable<RecordedFrame['boxes']>['label'] }[] = []
  private readonly rows: DatasetRow[] = []
  private readonly notices: Notice[] = []
  private readonly shards: Shards
  private written = 0

  constructor(
    private readonly request: DatasetRequest,
    private readonly sources: DatasetSources,
    private readonly identity: ExportIdentity,
    private readonly folder: ExportFolder,
  ) {
    this.shards = new Shards(folder)
  }

  async write({ signal, onProgress, onNotice }: JobHooks): Promise<DatasetRow[]> {
    const groups = [...groupedBySource(this.sources.images).values()]
    const patients = groups.map(([first]) => this.patientOf(first))
    const splits = splitPatients(patients, this.request.splits, this.request.seed)
    for (const [pair, group] of groups.entries()) {
      throwIfCancelled(signal)
      const patient = entry(patients, pair)
      await this.writeGroup(group, { pair: pair + 1, patient, split: splits.get(patient) ?? '' })
      onProgress?.({ done: pair + 1, total: groups.length, phase: 'writing images', note: '' })
    }
    await this.shards.finish()
    for (const { message, tip } of distinctNotices(this.notices)) onNotice?.(`${message} ${tip}`)
    return this.rows
  }

  private patientOf(image: AttackedImage | undefined): number {
    const number = image && this.sources.patients.get(image.original.sopInstanceUid)
    if (number === undefined) throw internalError('an image of a run is of no study')
    return number
  }

  private async writeGroup(
    group: readonly AttackedImage[],
    at: Pick<DatasetRow, 'pair' | 'patient' | 'split'>,
  ): Promise<void> {
    const [first] = group
    if (first === undefined) return
    const clean = await readBytes(first.original.header.source)
    const untouched = { kind: 'clean', run: null, method: null, fooled: null } as const
    await this.writeImage(clean, first, () => ({ ...at, ...untouched }))
    for (const image of group) {
      const { number, folder, record } = image.run
      const made = { kind: 'adversarial', run: number, method: record.attack.method } as const
      const bytes = await readBytes({ path: join(folder, image.path) })
      await this.writeImage(bytes, image, ({ success }) =>
        this.request.onlyFooled && !success ? undefined : { ...at, ...made, fooled: success },
      )
    }
  }

  /** @param aboutOf undefined of a frame that is left out */
  private async writeImage(
    bytes: Uint8Array,
    image: AttackedImage,
    aboutOf: (frame: RecordedFrame) => Omit<About, 'label' | 'labelName'> | undefined,
  ): Promise<void> {
    const wanted = image.frames.flatMap((frame) => {
      const about = aboutOf(frame)
      return about === undefined
        ? []
        : [{ frame, about: { ...about, ...labelOf(frame, this.sources.names) } }]
    })
    if (wanted.length === 0) return
    const instance = parseInstance(bytes, { file: image.path })
    const pixels = await decodeFrames(instance)
    const whole =
      this.request.format === 'dicom' ? await this.writeDicom(bytes, image, entry(wanted, 0).about) : ''
    for (const { frame, about } of wanted) {
      const index = frame.frame - 1
      const place =
        whole === ''
          ? await this.writePixels(entry(pixels, index), about, () => slicePlace(instance, index))
          : { image: whole, index: pixels.length > 1 ? index : null }
      const mask = await this.writeMask(image, frame, about)
      const row = { ...about, ...place, mask }
      this.rows.push(row)
      if (frame.boxes !== undefined) this.boxed.push({ row, boxes: frame.boxes.label })
    }
  }

  private nextName(split: string, folder: string, end: string): string {
    return `${split}/${folder}/${String(this.written).padStart(6, '0')}.${end}`
  }

  private async writeDicom(bytes: Uint8Array, image: AttackedImage, { split }: About): Promise<string> {
    const { file, notices } = namingFile(image.original.name, () => sourceFor(this.identity, bytes))
    this.notices.push(...notices)
    this.written += 1
    const path = this.nextName(split, 'images', 'dcm')
    await this.folder.write(path, file)
    return path
  }

  private async writePixels(
    pixels: ImagePixels,
    { split }: About,
    placeOf: () => ReturnType<typeof slicePlace>,
  ): Promise<Pick<DatasetRow, 'image' | 'index'>> {
    this.written += 1
    if (this.request.format === 'npy') return this.shards.add(split, pixels)
    const isNifti = this.request.format === 'nifti'
    const volume = { frames: [pixels.frame], modalities: [pixels.meaning.modality], place: placeOf() }
    const bytes = isNifti ? niftiOf(volume) : pngOf(volume)
    const path = this.nextName(split, 'images', isNifti ? 'nii.gz' : 'png')
    if ('why' in bytes)
      throw new RadversaryError(
        'usage',
        `Data set: expected images that the format can hold, got others: ${bytes.why}`,
        {
          tip: 'Take --format npy, which holds every value.',
        },
      )
    await this.folder.write(path, bytes)
    return { image: path, index: null }
  }

  private async writeMask(
    image: AttackedImage,
    frame: RecordedFrame,
    { split }: About,
  ): Promise<string | null> {
    if (this.sources.task !== 'segmentation') return null
    const { frames } = await readJson(join(image.run.folder, image.result), imageResult, toRestore)
    const runs = frames.find((one) => one.frame === frame.frame)?.masks?.label
    if (runs === undefined) return null
    const path = this.nextName(split, 'masks', 'png')
    await this.folder.write(path, maskPng(fromRuns(runs)))
    return path
  }
}

/** What each source became in each run. */
function groupedBySource(images: readonly AttackedImage[]): Map<string, AttackedImage[]> {
  const groups = new Map<string, AttackedImage[]>()
  for (const image of images) {
    const { sopInstanceUid } = image.original
    groups.set(sopInstanceUid, [...(groups.get(sopInstanceUid) ?? []), image])
  }
  return groups
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

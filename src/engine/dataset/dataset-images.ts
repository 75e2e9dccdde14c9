import { join } from 'node:path'
import type { ExportFolder } from '../../adapters/fs/export-folder.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { maskPng, niftiOf, pngOf } from '../../adapters/images/write-pictures.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { entry, valueFor } from '../../core/entry.ts'
import { internalError, namingFile, type Notice, RadversaryError } from '../../core/errors.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'
import { fromRuns } from '../../core/image/mask.ts'
import { type ExportIdentity, sourceFor } from '../deidentify/export-identity.ts'
import { slicePlace } from '../export/export-pictures.ts'
import { imageResult } from '../export/image-result.ts'
import type { RecordedFrame } from '../export/record.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { decodeFrames, distinctNotices } from '../study/load-image.ts'
import type { DatasetFormat } from './dataset-record.ts'
import { type DatasetRow, labelOf } from './dataset-rows.ts'
import type { AttackedImage, DatasetSources } from './dataset-runs.ts'
import { Shards } from './shards.ts'
import { splitPatients, type Split } from './splits.ts'

/** What is asked of a data set's images. */
export interface AskedImages {
  readonly format: DatasetFormat
  readonly splits: readonly Split[]
  readonly seed: number
  /** Whether adversarial images that did not fool the attacked model are left out. */
  readonly onlyFooled: boolean
}

/** What an image is, whichever file it ends in. */
type About = Omit<DatasetRow, 'image' | 'index' | 'mask'>

/** Writes images one after the other, in the order of the first run that has them. */
export class DatasetImages {
  readonly boxed: { row: DatasetRow; boxes: NonNullable<RecordedFrame['boxes']>['label'] }[] = []
  private readonly rows: DatasetRow[] = []
  private readonly notices: Notice[] = []
  private readonly shards: Shards
  private written = 0
  private masks = 0

  constructor(
    private readonly asked: AskedImages,
    private readonly sources: DatasetSources,
    private readonly identity: ExportIdentity,
    private readonly folder: ExportFolder,
  ) {
    this.shards = new Shards(folder)
  }

  async write({ signal, onProgress, onNotice }: JobHooks): Promise<DatasetRow[]> {
    const groups = [...groupedBySource(this.sources.images).values()]
    const patients = groups.map(([first]) => this.patientOf(first))
    const splits = splitPatients(patients, this.asked.splits, this.asked.seed)
    for (const [pair, group] of groups.entries()) {
      throwIfCancelled(signal)
      const patient = entry(patients, pair)
      await this.writeGroup(group, { pair: pair + 1, patient, split: valueFor(splits, patient) })
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
      await this.writeImage(bytes, image, ({ success, metBefore }) => {
        const fooled = success && !metBefore
        return this.asked.onlyFooled && !fooled ? undefined : { ...at, ...made, fooled }
      })
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
      this.asked.format === 'dicom' ? await this.writeDicom(bytes, image, entry(wanted, 0).about) : ''
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

  private async writeDicom(bytes: Uint8Array, image: AttackedImage, { split }: About): Promise<string> {
    const { file, notices } = namingFile(image.original.name, () => sourceFor(this.identity, bytes))
    this.notices.push(...notices)
    this.written += 1
    const path = numbered(`${split}/images`, this.written, 'dcm')
    await this.folder.write(path, file)
    return path
  }

  private async writePixels(
    pixels: ImagePixels,
    { split }: About,
    placeOf: () => ReturnType<typeof slicePlace>,
  ): Promise<Pick<DatasetRow, 'image' | 'index'>> {
    this.written += 1
    if (this.asked.format === 'npy') return this.shards.add(split, pixels)
    const isNifti = this.asked.format === 'nifti'
    const volume = { frames: [pixels.frame], modalities: [pixels.meaning.modality], place: placeOf() }
    const bytes = isNifti ? niftiOf(volume) : pngOf(volume)
    const path = numbered(`${split}/images`, this.written, isNifti ? 'nii.gz' : 'png')
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
    this.masks += 1
    const path = numbered(`${split}/masks`, this.masks, 'png')
    await this.folder.write(path, maskPng(fromRuns(runs)))
    return path
  }
}

/** Images and masks have numbers of their own: a file of several frames has a mask of each. */
function numbered(folder: string, number: number, end: string): string {
  return `${folder}/${String(number).padStart(6, '0')}.${end}`
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

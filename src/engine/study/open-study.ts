import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { nameOf } from '../../adapters/fs/open-file.ts'
import {
  scan,
  type ScanFailure,
  type ScannedInstance,
  type ScanOptions,
  type SkippedFile,
} from '../../adapters/fs/scan.ts'
import { isNamedAsImage } from '../../adapters/images/formats.ts'
import type { SeriesOrder } from '../../core/dicom/series.ts'
import { RadversaryError } from '../../core/errors.ts'
import { importRecordName } from '../import/import-record.ts'

/** One DICOM instance with pixels, in its place. */
export interface StudyImage {
  readonly header: ScannedInstance
  /** Relative to the folder or archive that was opened, with forward slashes. */
  readonly name: string
  readonly sopInstanceUid: string
  /** Index in `Study.series`. */
  readonly series: number
  /** The same number for images that lie side by side. */
  readonly stack: number
  /** Index of the card's channel that its series is, for models whose channels are series. */
  readonly channel?: number
  /** The other channels' images of the same place. */
  readonly sameSlice?: readonly StudyImage[]
}

/** The images of some files and folders. */
export interface Study {
  readonly series: SeriesOrder<ScannedInstance>
  /** By series, then in the series' order. */
  readonly images: readonly StudyImage[]
  /** Files are named as images are. */
  readonly failures: readonly ScanFailure[]
  readonly skipped: readonly SkippedFile[]
}

/** What an import leaves beside the images. */
const importedNames = [importRecordName, 'manifest.json', 'labels.csv', 'masks.csv', 'masks']

/**
 * Scans files, folders, archives and DICOMDIRs for images. Unreadable ones are listed, and don't stop the
 * others.
 * @throws RadversaryError io-failed for a path that is not there; dicom-unreadable where there is no image at
 * all; cancelled.
 */
export async function openStudy(paths: readonly string[], options: ScanOptions = {}): Promise<Study> {
  const roots = (await Promise.all(paths.map(rootsOf))).flat()
  const { series, failures, skipped } = await scan(paths, options)
  const [images, others] = imagesOf(series, roots)
  if (images.length === 0) throw noImages(paths, { failures, skipped })
  const named = failures.map((failure) => ({ ...failure, file: relativeName(failure.file, roots) }))
  const isOwn = await importedFiles(paths)
  return {
    series,
    images,
    failures: named,
    skipped: [...skipped.filter(({ file }) => !isOwn(file)), ...others],
  }
}

/** Whether a file is one that an import has written beside its images: labels, masks and what it recorded. */
async function importedFiles(paths: readonly string[]): Promise<(file: string) => boolean> {
  const folders: string[] = []
  for (const path of paths.map((each) => resolve(each))) if (await isImported(path)) folders.push(path)
  const own = folders.flatMap((folder) => importedNames.map((name) => join(folder, name)))
  return (file) => own.some((each) => file === each || file.startsWith(each + sep))
}

async function isImported(folder: string): Promise<boolean> {
  const found = await stat(join(folder, importRecordName)).catch(() => undefined)
  return found?.isFile() === true
}

function imagesOf(
  series: SeriesOrder<ScannedInstance>,
  roots: readonly string[],
): [StudyImage[], SkippedFile[]] {
  const images: StudyImage[] = []
  const others: SkippedFile[] = []
  let stack = 0
  series.forEach(({ instances, isStack }, index) => {
    stack++
    for (const header of instances) {
      const file = nameOf(header.source)
      const { sopInstanceUid, hasPixelData } = header
      if (!hasPixelData) others.push({ file, reason: 'holds no pixels of integers' })
      else if (sopInstanceUid === undefined) others.push({ file, reason: 'has no SOP Instance UID' })
      else
        images.push({
          header,
          name: relativeName(file, roots),
          sopInstanceUid,
          series: index,
          stack: isStack ? stack : stack++,
        })
    }
  })
  return [images, others]
}

/** What names are relative to: the path itself, as a folder or an archive, or a file's folder. */
async function rootsOf(path: string): Promise<string[]> {
  const absolute = resolve(path)
  const found = await stat(absolute).catch(() => undefined)
  const within = (folder: string) => (folder.endsWith(sep) ? folder : folder + sep)
  if (found?.isDirectory() === true) return [within(absolute)]
  return [nameOf({ path: absolute, member: '' }), within(dirname(absolute))]
}

function relativeName(file: string, roots: readonly string[]): string {
  const root = roots.find((start) => file.startsWith(start))
  return root === undefined ? basename(file) : file.slice(root.length).split(sep).join('/')
}

function noImages(
  paths: readonly string[],
  { failures, skipped }: Pick<Study, 'failures' | 'skipped'>,
): RadversaryError {
  const [first] = failures
  const got =
    first === undefined
      ? 'none'
      : `none; ${failures.length} files could not be read, the first: ${first.message}`
  return new RadversaryError('dicom-unreadable', `Study: expected at least one DICOM image, got ${got}`, {
    file: first?.file ?? paths.join(', '),
    tip:
      first?.tip ??
      (skipped.some(({ file }) => isNamedAsImage(file))
        ? '`radversary import PATH --out STUDY` makes a study of PNG, JPEG, TIFF, NIfTI and others; give STUDY then.'
        : 'Name a folder, a file, a DICOMDIR or a zip archive that holds DICOM images.'),
  })
}

import { basename } from 'node:path'
import type { SeriesNote, SeriesPart } from '../../../core/dicom/series.ts'
import type { InputFailure } from '../../study/failures.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'

/** One image of a series, as a study browser lists it. */
export interface ImageInfo {
  /** Its place in the study, from 0: what `image` means in every request. */
  readonly index: number
  readonly name: string
  readonly sopInstanceUid: string
  readonly frames: number
  readonly rows: number
  readonly columns: number
}

export interface SeriesInfo {
  readonly index: number
  readonly modality: string | null
  readonly number: number | null
  readonly description: string | null
  /** Which stack this is, in a series that holds several stacks. */
  readonly part: SeriesPart | null
  /** For the tree patient > study > series. */
  readonly patient: { readonly name: string | null; readonly id: string | null }
  readonly study: {
    readonly instanceUid: string | null
    readonly date: string | null
    readonly description: string | null
  }
  readonly orderedBy: 'geometry' | 'instance-number'
  readonly sliceSpacingMm: number | null
  readonly notes: readonly SeriesNote[]
  /** In the series' order. Empty for series without images. */
  readonly images: readonly ImageInfo[]
}

/** A file, what is wrong with it, and what to do about it. */
export interface FileReason {
  readonly file: string
  readonly message: string
  readonly tip: string | null
}

/** An opened study. It is the user's own data on the user's own screen, so it names the patient. */
export interface StudyInfo {
  readonly id: string
  /** Title made from the paths, e.g. 'ct-head', or 'ct-head and 2 more'. */
  readonly title: string
  readonly paths: readonly string[]
  readonly series: readonly SeriesInfo[]
  readonly failures: readonly FileReason[]
  /** Images that are shown and predicted, but that an attack refuses since its result can't be written. */
  readonly notExportable: readonly FileReason[]
  /** How many files were left aside because they are no images. */
  readonly skipped: number
  /** What was assumed of images that are not DICOM, in sentences; empty of all others. */
  readonly imported: readonly string[]
}

export function studyInfo(id: string, paths: readonly string[], study: Study): Omit<StudyInfo, 'imported'> {
  return {
    id,
    title: titleOf(paths),
    paths,
    series: study.series
      .map((_, index) => seriesInfo(study, index))
      .filter(({ images }) => images.length > 0),
    failures: study.failures.map(failureInfo),
    notExportable: study.images.flatMap(({ name, header: { exportFault } }) =>
      exportFault === undefined ? [] : [failureInfo({ file: name, ...exportFault })],
    ),
    skipped: study.skipped.length,
  }
}

export function titleOf(paths: readonly string[]): string {
  const [first = '', ...more] = paths.map((path) => basename(path))
  return more.length === 0 ? first : `${first} and ${more.length} more`
}

function seriesInfo({ series, images }: Study, index: number): SeriesInfo {
  const own = series[index]
  const [first] = own?.instances ?? []
  return {
    index,
    modality: own?.modality ?? null,
    number: own?.seriesNumber ?? null,
    description: own?.seriesDescription ?? null,
    part: own?.part ?? null,
    patient: { name: first?.patientName ?? null, id: first?.patientId ?? null },
    study: {
      instanceUid: own?.studyInstanceUid ?? null,
      date: first?.studyDate ?? null,
      description: first?.studyDescription ?? null,
    },
    orderedBy: own?.orderedBy ?? 'instance-number',
    sliceSpacingMm: own?.sliceSpacingMm ?? null,
    notes: own?.notes ?? [],
    images: images.flatMap((image, place) => (image.series === index ? [imageInfo(image, place)] : [])),
  }
}

function imageInfo({ name, sopInstanceUid, header }: StudyImage, index: number): ImageInfo {
  const { numberOfFrames: frames, rows, columns } = header
  return { index, name, sopInstanceUid, frames, rows, columns }
}

function failureInfo({ file, message, tip }: InputFailure): FileReason {
  return { file, message, tip: tip ?? null }
}

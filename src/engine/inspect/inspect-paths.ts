import { nameOf } from '../../adapters/fs/open-file.ts'
import { scan, type ScannedInstance, type SkippedFile } from '../../adapters/fs/scan.ts'
import type { Series, SeriesNote, SeriesPart } from '../../core/dicom/series.ts'
import type { Notice } from '../../core/errors.ts'
import type { JobHooks } from '../progress.ts'
import type { InputFailure } from '../study/failures.ts'

/** One series, without what says who the patient is. */
export interface InspectedSeries {
  readonly studyInstanceUid: string | null
  readonly seriesInstanceUid: string | null
  readonly modality: string | null
  readonly seriesNumber: number | null
  readonly seriesDescription: string | null
  /** Which stack this is, in a series that holds several stacks. */
  readonly part: SeriesPart | null
  readonly instances: number
  readonly frames: number
  /** "512x512 MONOCHROME2 12 bits", each kind once. */
  readonly pixels: readonly string[]
  readonly transferSyntaxUids: readonly string[]
  readonly orderedBy: Series['orderedBy']
  readonly sliceSpacingMm: number | null
  readonly notes: readonly SeriesNote[]
  /** What whole slides, doses and the like are treated as, each kind once. */
  readonly treatedAs: readonly Notice[]
  /** In the series' order. */
  readonly files: readonly string[]
  /** Images among them that can be read but not exported, and why. */
  readonly notExportable: readonly NotExportable[]
}

/** An image that an attack refuses since its result could not be written. */
export interface NotExportable {
  readonly file: string
  readonly message: string
  readonly tip: string | null
}

export interface InspectReport {
  readonly series: readonly InspectedSeries[]
  readonly failures: readonly InputFailure[]
  readonly skipped: readonly SkippedFile[]
}

/**
 * What DICOM there is in files, folders, archives and DICOMDIRs, and what can't be read. @throws
 * RadversaryError cancelled.
 */
export async function inspectPaths(
  paths: readonly string[],
  { signal, onProgress }: JobHooks = {},
): Promise<InspectReport> {
  const { series, failures, skipped } = await scan(paths, {
    signal,
    onProgress: ({ filesDone, filesKnown }) =>
      onProgress?.({ done: filesDone, total: filesKnown, phase: 'reading headers', note: '' }),
  })
  return { series: series.map(inspected), failures, skipped }
}

function inspected(series: Series<ScannedInstance>): InspectedSeries {
  const { instances } = series
  return {
    studyInstanceUid: series.studyInstanceUid ?? null,
    seriesInstanceUid: series.seriesInstanceUid ?? null,
    modality: series.modality ?? null,
    seriesNumber: series.seriesNumber ?? null,
    seriesDescription: series.seriesDescription ?? null,
    part: series.part ?? null,
    instances: instances.length,
    frames: instances.reduce((sum, { numberOfFrames }) => sum + numberOfFrames, 0),
    pixels: distinct(instances.map(pixelsInWords)),
    transferSyntaxUids: distinct(instances.map(({ transferSyntaxUid }) => transferSyntaxUid)),
    orderedBy: series.orderedBy,
    sliceSpacingMm: series.sliceSpacingMm ?? null,
    notes: series.notes,
    treatedAs: treatments(instances),
    files: instances.map(({ source }) => nameOf(source)),
    notExportable: instances.flatMap(notExportable),
  }
}

function treatments(instances: readonly ScannedInstance[]): Notice[] {
  const all = instances.flatMap(({ treatment }) => treatment ?? [])
  return [...new Map(all.map((each) => [each.message, each])).values()]
}

function notExportable({ source, hasPixelData, exportFault }: ScannedInstance): NotExportable[] {
  if (exportFault === undefined || !hasPixelData) return []
  return [{ file: nameOf(source), message: exportFault.message, tip: exportFault.tip ?? null }]
}

function pixelsInWords({
  hasPixelData,
  columns,
  rows,
  photometricInterpretation,
  bitsStored,
}: ScannedInstance): string {
  return hasPixelData
    ? `${columns}x${rows} ${photometricInterpretation ?? 'of unknown colours'} ${bitsStored} bits`
    : 'no pixels'
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)]
}

import { entry } from '../../core/entry.ts'
import { internalError } from '../../core/errors.ts'
import { fromRuns } from '../../core/image/mask.ts'
import { thingsOf } from '../../core/tasks/segmentation/masks.ts'
import { buildSegmentation } from '../../core/dicom/write/segmentation.ts'
import type { LoadedImage, StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { exportedSeriesNumber, type PixelKind } from './export-kinds.ts'
import type { FrameReport } from './image-result.ts'
import type { StoredFrame, StoredValues } from '../../core/dicom/image.ts'
import { modalityFunction } from '../../core/dicom/lookup-tables.ts'
import { deriveInstance, type DerivedRole } from '../../core/dicom/write/derive-instance.ts'
import { derivedLabels } from '../../core/dicom/write/own-texts.ts'
import { buildParametricMap } from '../../core/dicom/write/parametric-map.ts'
import { unitOf } from '../../core/dicom/write/codes.ts'
import type { FrameResult } from '../session/frame-attack.ts'
import type { SegmentationOutput } from '../../core/tasks/segmentation/output.ts'

/** What every file of a run says of where it comes from. */
export interface ExportLabels {
  /** Determines every new UID. */
  readonly exportId: string
  /** e.g. 'SMIA'. */
  readonly method: string
  /** Method, settings, model and seed in a sentence. */
  readonly description: string
  readonly softwareVersion: string
  /** The model and its hash alone, in a sentence. */
  readonly model: string
}

export interface DerivedFile {
  readonly sopInstanceUid: string
  readonly bytes: Uint8Array
}

/** An image, and the file that its export is made of: its own, or the same without identity. */
export type ExportSource = Pick<LoadedImage, 'file'> & { readonly image: Pick<StudyImage, 'header'> }

/** A frame's pixels, as they were and as an attack has left them. */
export type ExportedFrame = Pick<FrameResult, 'adversarial' | 'smoothed'> & {
  readonly frame: Pick<StudyFrame, 'pixels'>
}

/**
 * One file of the export: an image's adversarial or smoothed instance, or its perturbation as a Parametric
 * Map.
 * @param results of all of the image's frames, in order
 * @throws RadversaryError dicom-unsupported where the source can't be exported, naming why.
 */
export function exportImage(
  kind: PixelKind,
  { image, file }: ExportSource,
  results: readonly ExportedFrame[],
  labels: ExportLabels,
): DerivedFile {
  const series = {
    exportId: labels.exportId,
    seriesNumber: exportedSeriesNumber(image.header, kind),
    derivationDescription: labels.description,
    softwareVersion: labels.softwareVersion,
  }
  const described = (what: string) => `${what} (${labels.method})`
  const derived = (role: DerivedRole, what: string, values: (result: ExportedFrame) => StoredValues) =>
    deriveInstance(
      file,
      results.map((result) => withValues(result.frame, values(result))),
      { ...series, role, seriesDescription: described(what) },
    )
  switch (kind) {
    case 'series':
      return derived('adversarial', 'Adversarial', ({ adversarial }) => adversarial)
    case 'smoothed':
      return derived('smoothed', 'Smoothed input', ({ smoothed }) => smoothed)
    case 'perturbation':
      return buildParametricMap(file, results.map(perturbationOf), {
        ...series,
        seriesDescription: described('Perturbation'),
        quantity: 'Perturbation (adversarial - original)',
        unit: unitOf(results[0]?.frame.pixels.meaning.modality.unit),
      })
  }
}

function withValues({ pixels }: ExportedFrame['frame'], values: StoredValues): StoredFrame {
  return { ...pixels.frame, values }
}

/** Adversarial minus original in modality units, pixel-interleaved. */
function perturbationOf({ frame, adversarial }: ExportedFrame): Float32Array {
  const valueOf = modalityFunction(frame.pixels.meaning.modality)
  const source = frame.pixels.frame.values
  return Float32Array.from(adversarial, (value, i) => valueOf(value) - valueOf(entry(source, i)))
}

/** Which masks are written, and of what. */
export interface MasksToExport {
  readonly kind: 'masksBefore' | 'masksAfter'
  readonly image: ExportSource
  /** The image's adversarial file, as it was exported. */
  readonly adversarial: Uint8Array
  readonly frames: readonly FrameReport[]
}

/**
 * What the model saw in the source, or in the pixels read back from the export, as DICOM SEG that refers to
 * that image.
 */
export function exportMasks(
  { kind, image, adversarial, frames }: MasksToExport,
  { name, output }: { readonly name: string; readonly output: SegmentationOutput },
  labels: ExportLabels,
): DerivedFile {
  const isBefore = kind === 'masksBefore'
  const masks = frames.map((frame) => {
    const runs = frame.masks?.[isBefore ? 'before' : 'after']
    if (runs === undefined) throw internalError('a frame of a segmentation has no mask')
    return fromRuns(runs)
  })
  return buildSegmentation(isBefore ? image.file : adversarial, masks, {
    segments: thingsOf(output).map((index) => ({ class: index, label: output.classes[index] ?? '' })),
    series: {
      exportId: labels.exportId,
      role: isBefore ? 'masks-before' : 'masks-after',
      seriesNumber: exportedSeriesNumber(image.image.header, kind),
      seriesDescription: isBefore ? 'Segmentation' : `Adversarial segmentation (${labels.method})`,
      derivationDescription: isBefore ? labels.model : labels.description,
      softwareVersion: labels.softwareVersion,
      algorithmName: name,
      comment: isBefore ? derivedLabels.masksBefore : derivedLabels.masksAfter,
    },
  })
}

import type { SegmentationOutput } from '../../core/model/card.ts'
import { internalError } from '../../core/errors.ts'
import { fromRuns } from '../../core/model/mask-runs.ts'
import { thingsOf } from '../../core/model/segmentation.ts'
import { buildSegmentation } from '../../core/dicom/write/segmentation.ts'
import type { LoadedImage } from '../study/load-image.ts'
import type { DerivedFile, ExportLabels } from './export-image.ts'
import { exportedSeriesNumber } from './export-kinds.ts'
import type { FrameReport } from './image-result.ts'

/** Which masks are written, and of what. */
export interface MasksToExport {
  readonly kind: 'masksBefore' | 'masksAfter'
  readonly image: LoadedImage
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
      comment: `SEGMENTATION OF ${isBefore ? 'AN IMAGE BY A MODEL' : 'AN ADVERSARIAL EXAMPLE'} - NOT FOR CLINICAL USE`,
    },
  })
}

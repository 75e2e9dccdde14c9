import { parseInstance } from '../../src/core/dicom/instance.ts'
import { deriveInstance } from '../../src/core/dicom/write/derive-instance.ts'
import { buildParametricMap } from '../../src/core/dicom/write/parametric-map.ts'
import { buildSegmentation } from '../../src/core/dicom/write/segmentation.ts'
import { unitOf } from '../../src/core/dicom/write/codes.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'

/** All that is derived from a source of 2x2 pixels a frame: its image, a map in its unit, and a mask. */
export async function derivedExports(
  source: Uint8Array,
  { unit, label }: { readonly unit: 'HU' | undefined; readonly label: string },
): Promise<Record<'adversarial' | 'map' | 'masks', Uint8Array>> {
  const pixels = (await decodeFrames(parseInstance(source))).map(({ frame }) => frame)
  const common = { exportId: 'a test', seriesNumber: 9001, softwareVersion: '0.1.0' } as const
  const texts = { ...common, seriesDescription: 'ours', derivationDescription: 'ours' } as const
  const floats = pixels.map(({ values }) => Float32Array.from(values))
  const mask = { rows: 2, columns: 2, overlapping: false, values: Uint8Array.of(1, 0, 0, 1) }
  const series = { ...texts, role: 'masks-after', algorithmName: 'a model', comment: 'ours' } as const
  const masks = pixels.map(() => mask)
  return {
    adversarial: deriveInstance(source, pixels, { ...texts, role: 'adversarial' }).bytes,
    map: buildParametricMap(source, floats, { ...texts, quantity: 'q', unit: unitOf(unit) }).bytes,
    masks: buildSegmentation(source, masks, { segments: [{ class: 1, label }], series }).bytes,
  }
}

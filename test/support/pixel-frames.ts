import type { StoredFrame, StoredValues } from '../../src/core/dicom/image.ts'
import type { PydicomPixels } from './debian-tools.ts'

/**
 * pydicom's pixels as the frames that the reader would give, so that the writer is judged by another's eyes.
 */
export function framesOf(pixels: PydicomPixels): StoredFrame[] {
  const length = pixels.values.length / pixels.frames
  return Array.from({ length: pixels.frames }, (_, frame) => ({
    rows: pixels.rows,
    columns: pixels.columns,
    samplesPerPixel: pixels.samplesPerPixel === 3 ? 3 : 1,
    photometric: pixels.photometric as StoredFrame['photometric'],
    bitsStored: pixels.bitsStored,
    signed: pixels.signed,
    values: storedValues(pixels.signed, pixels.values.slice(frame * length, (frame + 1) * length)),
  }))
}

/**
 * Each value of the region (the middle quarter) moved by one step, towards the middle of the range where it
 * is at its end.
 */
export function perturbRegion(frame: StoredFrame): StoredFrame {
  const highest = 2 ** (frame.signed ? frame.bitsStored - 1 : frame.bitsStored) - 1
  const values = frame.values.map((value, sample) =>
    isInRegion(frame, sample) ? (value === highest ? value - 1 : value + 1) : value,
  )
  return { ...frame, values }
}

/** Whether a sample lies in the middle quarter of the image. */
export function isInRegion(frame: StoredFrame, sample: number): boolean {
  const pixel = Math.floor(sample / frame.samplesPerPixel)
  const row = Math.floor(pixel / frame.columns) / frame.rows
  const column = (pixel % frame.columns) / frame.columns
  return row >= 0.25 && row < 0.75 && column >= 0.25 && column < 0.75
}

function storedValues(signed: boolean, values: Float64Array): StoredValues {
  return signed ? Int32Array.from(values) : Uint32Array.from(values)
}

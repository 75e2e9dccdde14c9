import type { PixelMeaning, StoredFrame } from '../../../core/dicom/image.ts'
import type { ImagePixels } from '../../../core/image/intensity-counts.ts'

/** A frame as it goes over the wire: a typed array's bytes, little endian, and what they mean as headers. */
export interface FramePayload {
  readonly values: StoredFrame['values'] | Float32Array
  readonly headers: Readonly<Record<string, string>>
}

/** In mm. */
type PixelSpacing = readonly [betweenRows: number, betweenColumns: number]

/**
 * Stored values of a frame, pixel-interleaved. A modality table has no slope: then `x-slope` and
 * `x-intercept` are 1 and 0 and `x-unit` is empty; `studies.image` has the table.
 */
export function storedPayload(
  { frame, meaning }: ImagePixels,
  spacing: PixelSpacing | undefined,
): FramePayload {
  const isLinear = meaning.modality.kind === 'linear'
  return payload(frame, frame.values, {
    ...('slope' in meaning.modality
      ? modalityHeaders(meaning.modality)
      : { 'x-slope': '1', 'x-intercept': '0' }),
    'x-unit': isLinear ? latin1(meaning.modality.unit) : '',
    ...windowHeaders(meaning),
    'x-pixel-spacing': spacingText(spacing),
  })
}

/** Values that are in `unit` as they are, e.g. a perturbation. */
export function plainPayload(
  { frame }: ImagePixels,
  values: Float32Array,
  { unit, spacing }: { readonly unit: string; readonly spacing: PixelSpacing | undefined },
): FramePayload {
  return payload(frame, values, {
    'x-slope': '1',
    'x-intercept': '0',
    'x-unit': latin1(unit),
    'x-window-center': '',
    'x-window-width': '',
    'x-pixel-spacing': spacingText(spacing),
  })
}

function payload(
  { rows, columns, samplesPerPixel, photometric }: StoredFrame,
  values: FramePayload['values'],
  meaning: Record<string, string>,
): FramePayload {
  const [lowest, highest] = extremes(values)
  return {
    values,
    headers: {
      'x-rows': String(rows),
      'x-columns': String(columns),
      'x-samples': String(samplesPerPixel),
      'x-type': typeName(values),
      'x-photometric': photometric,
      'x-min': String(lowest),
      'x-max': String(highest),
      ...meaning,
    },
  }
}

function modalityHeaders({
  slope,
  intercept,
}: {
  readonly slope: number
  readonly intercept: number
}): Record<string, string> {
  return { 'x-slope': String(slope), 'x-intercept': String(intercept) }
}

/** The first window that can be used; `studies.image` has them all. */
function windowHeaders({ windows }: PixelMeaning): Record<string, string> {
  const first = windows.find((window) => window !== undefined)
  return { 'x-window-center': text(first?.center), 'x-window-width': text(first?.width) }
}

function spacingText(spacing: PixelSpacing | undefined): string {
  return spacing === undefined ? '' : spacing.join('\\')
}

function text(value: number | undefined): string {
  return value === undefined ? '' : String(value)
}

/** Headers can't hold more; units are code strings. */
function latin1(unit: string): string {
  return unit.replace(/[^\x20-\x7e]/g, '')
}

/** 'uint16' of a Uint16Array. */
function typeName(values: FramePayload['values']): string {
  return values.constructor.name.replace('Array', '').toLowerCase()
}

function extremes(values: FramePayload['values']): [number, number] {
  let lowest = Infinity
  let highest = -Infinity
  for (const value of values) {
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  return [lowest, highest]
}

import { lookUp, tableRange, type ModalityTable } from './modality-table.ts'

/** What an image shows: the study's own pixels, or what a run made of them. */
export type FrameKind = 'original' | 'adversarial' | 'smoothed' | 'perturbation'

/** Names one frame of a study, or of a run's result for it. */
export interface FrameRef {
  readonly study: string
  /** Index of the image within the study; of a run's images, the place among the run's images. */
  readonly image: number
  /** Counts from 0. */
  readonly frame: number
  /** `gradient`: how a model's loss answers to each pixel of the study's frame. */
  readonly kind: FrameKind | 'gradient'
  /** The run that made it; needed for every kind but the original and the gradient. */
  readonly run?: string | undefined
  /** Index within the study of the image that a run's image was made from; runs only. */
  readonly original?: number | undefined
  /** The gradient's model. */
  readonly model?: string | undefined
  /** Changes with that model and its card: a gradient of another one is another. */
  readonly version?: string | undefined
}

export type FrameValues =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array

/** One frame as the engine sends it: stored values, or float32 in `unit` of a perturbation or a gradient. */
export interface Frame {
  readonly rows: number
  readonly columns: number
  readonly samples: 1 | 3
  /** Pixel-interleaved [rows, columns, samples]. */
  readonly values: FrameValues
  readonly photometric: 'MONOCHROME1' | 'MONOCHROME2' | 'RGB'
  readonly slope: number
  readonly intercept: number
  /** Instead of slope and intercept, which are 1 and 0 then. */
  readonly table: ModalityTable | undefined
  /** Unit of slope · stored + intercept or of the table, e.g. HU; US is DICOM's word for unspecified. */
  readonly unit: string
  /** In modality units: the file's first, or the whole range where it has none. */
  readonly window: { readonly center: number; readonly width: number }
  /** Millimetres; undefined where the file has none. */
  readonly spacing: { readonly row: number; readonly column: number } | undefined
  /** Least and greatest of `values`. */
  readonly min: number
  readonly max: number
}

const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
} as const

/** The path of a frame's bytes at the engine. */
export function frameUrl({ study, image, frame, kind, run, model = '', version = '' }: FrameRef): string {
  const original = `/frames/${encodeURIComponent(study)}/${image}/${frame}`
  if (kind === 'gradient') {
    const named = new URLSearchParams({ model, version })
    return `${original}/gradient?${named.toString()}`
  }
  if (kind === 'original' || run === undefined) return original
  return `/runs/${encodeURIComponent(run)}/frames/${kind}/${image}/${frame}`
}

/** Whether stored values become modality values by a table, which headers can't hold. */
export function needsTable(headers: Pick<Headers, 'get'>): boolean {
  return headers.get('x-unit') === ''
}

/**
 * A frame from a response's headers and body (little-endian, as every platform that runs a browser is).
 * @throws Error when they disagree.
 */
export function readFrame(headers: Pick<Headers, 'get'>, body: ArrayBuffer, table?: ModalityTable): Frame {
  const number = (name: string): number => {
    const text = headers.get(name)
    const value = text === null || text === '' ? NaN : Number(text)
    if (!Number.isFinite(value))
      throw new Error(`internal: frame: expected a number in ${name}, got ${String(text)}`)
    return value
  }
  const type = headers.get('x-type') ?? ''
  if (!isArrayName(type)) throw new Error(`internal: frame: expected a known x-type, got "${type}"`)
  const [rows, columns, samples] = [
    number('x-rows'),
    number('x-columns'),
    number('x-samples') === 3 ? 3 : 1,
  ] as const
  const values = new arrays[type](body)
  const range = { min: number('x-min'), max: number('x-max') }
  const levels = { slope: number('x-slope'), intercept: number('x-intercept'), ...range, table }
  if (values.length !== rows * columns * samples)
    throw new Error(`internal: frame: expected ${rows * columns * samples} values, got ${values.length}`)
  return {
    rows,
    columns,
    samples,
    values,
    photometric: photometricOf(headers.get('x-photometric')),
    ...levels,
    unit: table?.unit ?? headers.get('x-unit') ?? '',
    window: windowOf(headers) ?? wholeRange(levels),
    spacing: spacingOf(headers.get('x-pixel-spacing')),
  }
}

type Levels = Pick<Frame, 'slope' | 'intercept' | 'min' | 'max' | 'table'>

function windowOf(headers: Pick<Headers, 'get'>): Frame['window'] | undefined {
  const [center, width] = [headers.get('x-window-center'), Number(headers.get('x-window-width'))]
  return center === null || center === '' || !(width > 0) ? undefined : { center: Number(center), width }
}

/** Least and greatest value in modality units. */
export function modalityRange({ slope, intercept, min, max, table }: Levels): [lower: number, upper: number] {
  if (table !== undefined) return tableRange(table, min, max)
  const [a, b] = [min * slope + intercept, max * slope + intercept]
  return a < b ? [a, b] : [b, a]
}

/** The window that shows every value. */
export function wholeRange(levels: Levels): Frame['window'] {
  const [lower, upper] = modalityRange(levels)
  return { center: (lower + upper) / 2, width: Math.max(upper - lower, 1) }
}

function isArrayName(name: string): name is keyof typeof arrays {
  return Object.hasOwn(arrays, name)
}

function photometricOf(text: string | null): Frame['photometric'] {
  return text === 'RGB' || text === 'MONOCHROME1' ? text : 'MONOCHROME2'
}

/** "row\column" in millimetres. */
function spacingOf(text: string | null): Frame['spacing'] {
  const [row = NaN, column = NaN] = (text ?? '').split('\\').map(Number)
  return row > 0 && column > 0 ? { row, column } : undefined
}

/** A pixel's value in modality units; of colour images there is none. */
export function modalityValue(frame: Frame, x: number, y: number): number | undefined {
  const { samples, values, columns, slope, intercept, table } = frame
  const stored = samples === 1 ? values[y * columns + x] : undefined
  if (stored === undefined) return undefined
  return table === undefined ? stored * slope + intercept : lookUp(table, stored)
}

/** A pixel's stored values, one or three. Empty outside the image. */
export function storedValues({ samples, values, columns, rows }: Frame, x: number, y: number): number[] {
  if (x < 0 || y < 0 || x >= columns || y >= rows) return []
  const first = (y * columns + x) * samples
  return [...values.subarray(first, first + samples)]
}

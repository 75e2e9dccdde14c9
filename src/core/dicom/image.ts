import type { Notice } from '../errors.ts'

/** Stored values in the narrowest type that holds them. */
export type StoredValues = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array

/** What a stored value may be: BitsStored (0028,0101) and PixelRepresentation (0028,0103). */
export interface StoredRange {
  readonly bitsStored: number
  readonly signed: boolean
}

/**
 * One decoded frame. Stored values are sign-extended, without the bits above HighBit, pixel-interleaved
 * [rows, columns, samples]. YBR and palette sources have become RGB, so a photometric interpretation is one
 * of three.
 */
export interface StoredFrame extends StoredRange {
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly photometric: 'MONOCHROME1' | 'MONOCHROME2' | 'RGB'
  readonly values: StoredValues
  /** Where values need more bits than Bits Stored (0028,0101) says: how many that were. */
  readonly declaredBits?: number
  /** What was done about pixels that contradict their header. */
  readonly notices?: readonly Notice[]
}

/** Modality LUT (PS3.3 C.11.1): stored values to units such as HU. */
export type ModalityTransform =
  | { readonly kind: 'linear'; readonly slope: number; readonly intercept: number; readonly unit: string }
  | {
      readonly kind: 'table'
      /** The stored value that the first entry is for; values outside take the nearest entry. */
      readonly firstStoredValue: number
      readonly table: Float64Array
      readonly unit: string
    }

/** One window of the VOI LUT module (PS3.3 C.11.2), in modality units. */
export interface VoiWindow {
  readonly center: number
  readonly width: number
  readonly shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID'
  /** LINEAR in the header, which a width below 1 can't be (PS3.3 C.11.2.1.2.1). */
  readonly madeExact?: true
  readonly explanation: string | undefined
}

/**
 * Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2): stored values from `lower` to `upper` are no
 * image.
 */
export interface PixelPadding {
  readonly lower: number
  readonly upper: number
}

/**
 * What the pixels of one frame mean, as read from the header (functional groups included for enhanced
 * multi-frame).
 */
export interface PixelMeaning {
  readonly modality: ModalityTransform
  /**
   * In the header's order; undefined where center or width is empty or no number, or the width not above 0.
   */
  readonly windows: readonly (VoiWindow | undefined)[]
  /** VOI LUT Sequence, when there is one and no window: modality values to display values. */
  readonly voiTable: { readonly firstValue: number; readonly table: Float64Array } | undefined
  readonly padding: PixelPadding | undefined
}

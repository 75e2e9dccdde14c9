import { RadversaryError } from '../../core/errors.ts'
import type { Mask } from '../../core/image/mask.ts'

/** A frame whose mask is looked for. */
export interface MaskedFrame {
  /** Path of the mask's image, relative to the study, with forward slashes. */
  readonly name: string
  readonly sopInstanceUid: string
  /** Counts from 0. */
  readonly index: number
  /** How many its image has. */
  readonly frames: number
  readonly rows: number
  readonly columns: number
}

/** Masks that a user gave, of images that may be in a study. */
export interface MaskSource {
  /** SHA-256 of everything that decides the masks. */
  readonly sha256: string
  /**
   * Undefined for frames that it doesn't know. @throws RadversaryError labels-invalid for masks that are
   * damaged or don't fit.
   */
  readonly find: (frame: MaskedFrame) => Promise<Mask | undefined>
}

/** @throws RadversaryError labels-invalid for a mask of another size than its image. */
export function checkGrid(
  mask: Pick<Mask, 'rows' | 'columns'>,
  { rows, columns }: Pick<MaskedFrame, 'rows' | 'columns'>,
  file: string | undefined,
): void {
  if (mask.rows === rows && mask.columns === columns) return
  throw new RadversaryError(
    'labels-invalid',
    `Mask: expected the image's ${rows} rows x ${columns} columns, got ${mask.rows} x ${mask.columns}`,
    { file, tip: "Give the mask on the image's own pixel grid, neither scaled nor cropped." },
  )
}

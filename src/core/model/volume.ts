import { z } from 'zod'
import type { VolumeSpace } from '../dicom/stack-space.ts'
import { RadversaryError } from '../errors.ts'
import { issuesIn } from './issue-table.ts'
import { isOfSeries } from './context.ts'
import { halfToEven } from '../math/rounding.ts'

const extent = z.int().min(1)
const distance = z.number().positive()

/** Which of the patient's axes a letter is of: left and right, front and back, feet and head. */
const axisOf: Readonly<Record<string, number>> = { L: 0, R: 0, A: 1, P: 1, S: 2, I: 2 }

const orientation = z
  .string()
  .refine(
    (codes) =>
      codes.length === 3 &&
      new Set(Array.from(codes, (code) => axisOf[code])).size === 3 &&
      /^[LRAPSI]+$/.test(codes),
    'expected three letters, one of R and L, one of A and P, one of S and I, such as "RAS"',
  )

/**
 * A 3-D network [N, C, D, H, W] that is run on a stack of slices, or a 2-D one [N, C, H, W] on patches of
 * each slice. `patch` is [D, H, W], D being 1 of a 2-D network; the network's axes are those of the stack
 * (slices, rows, columns) unless `orientation` says towards what each of them rises, and have `spacing` mm
 * between voxels where it is given: of all axes, or of the last two while the first keeps its own.
 *
 * - `run`: on overlapping patches, or once, on the whole stack brought to the patch's size;
 * - `resampling`: whose way to `spacing` and back: MONAI's, linear, or nnU-Net's (`spacing-plan.ts`);
 * - `overlap`: part of a patch that its neighbour along an axis shares at least;
 * - `blend`: how what patches say of one voxel is averaged;
 * - `tiling`: whose patches they are: where they begin, and what is Gaussian;
 * - `edge`: what lies beyond a stack that is shorter than a patch.
 */
export const volumeOfInput = z.strictObject({
  patch: z.tuple([extent, extent, extent]),
  run: z.enum(['patches', 'resized']).default('patches'),
  orientation: orientation.optional(),
  spacing: z.array(distance).min(2).max(3).optional(),
  resampling: z.enum(['monai', 'nnunet']).default('monai'),
  overlap: z.number().min(0).lt(1).default(0.5),
  blend: z.enum(['constant', 'gaussian']).default('constant'),
  tiling: z.enum(['monai', 'nnunet']).default('monai'),
  edge: z.enum(['repeat', 'zeros']).default('repeat'),
})

export type VolumeOfInput = Readonly<z.output<typeof volumeOfInput>>

/** An axis of a network's volume, among those of the stack it is made of. */
export interface TurnedAxis {
  /** 0 of slices, 1 of rows, 2 of columns. */
  readonly of: number
  readonly isReversed: boolean
}

/** What becomes of each axis when a stack is turned to another orientation; the stack's own without one. */
export function turnedAxes(own: VolumeSpace | undefined, wanted: string | undefined): TurnedAxis[] {
  if (wanted === undefined) return [0, 1, 2].map((of) => ({ of, isReversed: false }))
  const { orientation: codes } = inPatient(own)
  return Array.from(wanted, (code) => {
    const of = Array.from(codes).findIndex((each) => axisOf[each] === axisOf[code])
    return { of, isReversed: codes[of] !== code }
  })
}

/** @throws RadversaryError model-unsupported for a stack of which it isn't known how it lies. */
export function inPatient(space: VolumeSpace | undefined): VolumeSpace {
  if (space !== undefined) return space
  throw new RadversaryError(
    'model-unsupported',
    'Volume: expected at least two slices with positions, orientation and Pixel Spacing for the card’s orientation or spacing, got none',
    {
      tip: 'Attack a series whose images say where they lie, or resample it and leave both out of the card.',
    },
  )
}

/**
 * Whether each slice is brought to a frame of `input.size` by itself, before anything is done in three axes.
 */
export function fitsSlices({ input: { volume }, fit }: FittedCard): boolean {
  return volume === undefined || (volume.run === 'patches' && fit.kind !== 'none')
}

interface FittedCard {
  readonly input: { readonly volume?: VolumeOfInput | undefined }
  readonly fit: { readonly kind: string }
}

/**
 * Where patches begin along an axis: in steps of what is not shared, the last one at the end, as MONAI has
 * it, or evenly, as nnU-Net has it. One patch where the axis is shorter.
 */
export function patchStarts(
  axis: number,
  patch: number,
  { overlap, tiling }: Pick<VolumeOfInput, 'overlap' | 'tiling'>,
): number[] {
  const last = Math.max(0, axis - patch)
  if (tiling === 'nnunet') {
    const steps = Math.ceil(last / Math.max(1, patch * (1 - overlap)))
    return Array.from({ length: steps + 1 }, (_, n) => (steps === 0 ? 0 : halfToEven((last / steps) * n)))
  }
  const step = Math.max(1, Math.floor(patch * (1 - overlap)))
  return Array.from({ length: Math.ceil(last / step) + 1 }, (_, n) => Math.min(n * step, last))
}

interface VolumeInput {
  readonly layout: string
  readonly size: readonly [number, number]
  readonly channels: number | readonly { readonly kind: string }[]
  readonly slices?: unknown
  readonly volume?: VolumeOfInput | undefined
}

interface VolumeCard {
  readonly input: VolumeInput
  readonly fit: { readonly kind: string }
  readonly rounding?: string | undefined
}

function isOfSeriesAlone(channels: VolumeInput['channels']): boolean {
  return typeof channels === 'object' && channels.every(isOfSeries)
}

/**
 * What a graph takes at once of its axes behind the channels: a 2-D one, that is run on volumes of patches of
 * one slice, rows and columns alone. @param rank of its input
 */
export function graphFrame(
  { size, volume }: Pick<VolumeInput, 'size' | 'volume'>,
  rank: number | undefined,
): readonly number[] {
  if (volume === undefined) return size
  return rank === 4 && volume.patch[0] === 1 ? volume.patch.slice(1) : volume.patch
}

/** What of a card doesn't go with volumes. */
export function volumeIssues(card: VolumeCard): { path: (string | number)[]; message: string }[] {
  const { input, fit, rounding } = card
  const { volume, size, slices, channels, layout } = input
  if (volume === undefined)
    return fit.kind === 'none' ? [{ path: ['fit'], message: '"none" is for input.volume alone' }] : []
  const [, height, width] = volume.patch
  const isFitted = fitsSlices(card)
  const isTurned = volume.orientation !== undefined || volume.spacing !== undefined
  const issues: [boolean, (string | number)[], string][] = [
    [slices !== undefined, ['input', 'slices'], 'expected none beside input.volume'],
    [
      channels !== 1 && !isOfSeriesAlone(channels),
      ['input', 'channels'],
      'expected 1 or a list of series beside input.volume',
    ],
    [
      layout !== 'NCHW',
      ['input', 'layout'],
      'expected "NCHW" beside input.volume: the graph takes [N, C, slices, rows, columns]',
    ],
    [
      isFitted && (height > size[0] || width > size[1]),
      ['input', 'volume', 'patch'],
      `expected rows and columns within input.size (${size.join(', ')})`,
    ],
    [
      !isFitted && (height !== size[0] || width !== size[1]),
      ['input', 'size'],
      `expected the patch’s (${height}, ${width})`,
    ],
    [!isFitted && rounding !== undefined, ['rounding'], 'expected none: volumes are resampled as floats'],
    [
      volume.run === 'patches' && isTurned && isFitted,
      ['fit'],
      'expected {"kind": "none"} beside orientation or spacing: slices are not fitted one by one',
    ],
    [volume.run === 'resized' && fit.kind !== 'stretch', ['fit'], 'expected stretch beside "run": "resized"'],
  ]
  return issuesIn(issues)
}

/**
 * What a graph whose input is [N, C, D, H, W] says of a card's. @param isDense whether it predicts each voxel
 */
export function volumeFacts(
  shape: readonly (number | string | null)[],
  isDense: boolean,
): Readonly<Record<string, unknown>> {
  const [, channels, ...patch] = shape
  const [, rows, columns] = patch
  const size = typeof rows === 'number' && typeof columns === 'number' ? { size: [rows, columns] } : {}
  const known = patch.every((one) => typeof one === 'number') ? { patch } : {}
  // More than one are series, which the card has to name.
  const isOne = typeof channels !== 'number' || channels === 1
  return {
    layout: 'NCHW',
    ...(isOne && { channels: 1 }),
    ...size,
    volume: { ...known, ...(!isDense && { run: 'resized' }) },
  }
}

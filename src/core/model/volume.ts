import { z } from 'zod'

const extent = z.int().min(1)

/**
 * A 3-D network [N, 1, D, H, W] that is run on overlapping patches of a stack of slices: `patch` is [D, H,
 * W], `overlap` the part of a patch that its neighbour along an axis shares at least, `blend` how the logits
 * of patches that share a voxel are averaged.
 */
export const volumeOfInput = z.strictObject({
  patch: z.tuple([extent, extent, extent]),
  overlap: z.number().min(0).lt(1).default(0.5),
  blend: z.enum(['constant', 'gaussian']).default('constant'),
})

export type VolumeOfInput = Readonly<z.output<typeof volumeOfInput>>

/**
 * Where patches begin along an axis: in steps of what is not shared, the last one at the end. One patch where
 * the axis is shorter.
 */
export function patchStarts(axis: number, patch: number, overlap: number): number[] {
  const last = Math.max(0, axis - patch)
  const step = Math.max(1, Math.floor(patch * (1 - overlap)))
  return Array.from({ length: Math.ceil(last / step) + 1 }, (_, n) => Math.min(n * step, last))
}

/**
 * Weight of each place of a patch along one axis; Gaussian with σ of an eighth of the patch, as nnU-Net has
 * it (never 0).
 */
export function patchWeights(patch: number, blend: VolumeOfInput['blend']): Float64Array {
  const middle = (patch - 1) / 2
  const sigma = patch / 8
  return Float64Array.from({ length: patch }, (_, i) =>
    blend === 'constant' ? 1 : Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)),
  )
}

interface VolumeInput {
  readonly layout: string
  readonly size: readonly [number, number]
  readonly channels: unknown
  readonly slices?: unknown
  readonly volume?: VolumeOfInput | undefined
}

/** What of a card doesn't go with volumes. @param isDense whether its task has a prediction for each pixel */
export function volumeIssues(
  { volume, size, slices, channels, layout }: VolumeInput,
  isDense: boolean,
): { path: (string | number)[]; message: string }[] {
  if (volume === undefined) return []
  const [, height, width] = volume.patch
  const issues: [boolean, (string | number)[], string][] = [
    [!isDense, ['task'], 'expected "segmentation" beside input.volume: one prediction a voxel'],
    [slices !== undefined, ['input', 'slices'], 'expected none beside input.volume'],
    [channels !== 1, ['input', 'channels'], 'expected 1 beside input.volume'],
    [
      layout !== 'NCHW',
      ['input', 'layout'],
      'expected "NCHW" beside input.volume: the graph takes [N, 1, slices, rows, columns]',
    ],
    [height > size[0] || width > size[1], ['input', 'volume', 'patch'], `expected rows and columns within input.size (${size.join(', ')})`], // prettier-ignore
  ]
  return issues.flatMap(([isWrong, path, message]) => (isWrong ? [{ path, message }] : []))
}

/** What a graph whose input is [N, C, D, H, W] says of a card's. */
export function volumeFacts(shape: readonly (number | string | null)[]): Readonly<Record<string, unknown>> {
  const [, , ...patch] = shape
  const [, rows, columns] = patch
  const size = typeof rows === 'number' && typeof columns === 'number' ? { size: [rows, columns] } : {}
  return {
    layout: 'NCHW',
    channels: 1,
    ...size,
    volume: patch.every((one) => typeof one === 'number') ? { patch } : {},
  }
}

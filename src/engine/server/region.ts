import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomically } from '../../adapters/fs/atomic-write.ts'
import { writeNpy } from '../../core/tensor/npy.ts'

const side = z.int().min(1).max(65_535)

/** Pixels that may change, as a page draws them: a byte each, [rows, columns], base64; 0 stays as it is. */
export const drawnRegion = z
  .strictObject({ rows: side, columns: side, mask: z.base64() })
  .transform(({ mask, ...extents }) => ({ ...extents, mask: Uint8Array.from(Buffer.from(mask, 'base64')) }))
  .refine(({ rows, columns, mask }) => mask.length === rows * columns, 'expected a byte for each pixel')

export type DrawnRegion = Readonly<z.output<typeof drawnRegion>>

/** The region's file in the folder of what was asked for. */
export const regionName = 'region.npy'

/** Writes the region into the folder of the request that names it. */
export async function writeRegion(folder: string, region: DrawnRegion): Promise<void> {
  const { rows, columns, mask } = region
  const bytes = writeNpy({ dataType: 'uint8', shape: [rows, columns], data: mask })
  await writeFileAtomically(join(folder, regionName), bytes, { replace: false })
}

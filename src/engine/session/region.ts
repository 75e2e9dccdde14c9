import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { AttackSpec } from '../../core/spec/attack-spec.ts'
import { readNpy, tensorFromNpy } from '../../core/tensor/npy.ts'
import type { StudyFrame } from '../study/load-image.ts'

/** Pixels that an attack may change. */
export interface Region {
  /** [rows · columns] */
  readonly mask: Uint8Array
  readonly rows: number
  readonly columns: number
  readonly sha256: string
}

/** @throws RadversaryError tensor-invalid for a file that is no mask; io-failed. */
export async function openRegion({ region: file }: Pick<AttackSpec, 'region'>): Promise<Region | undefined> {
  if (file === undefined) return undefined
  const bytes = await readBytes({ path: file })
  const { shape, data } = tensorFromNpy(readNpy(bytes, file), file)
  const [rows, columns, ...more] = shape
  if (rows === undefined || columns === undefined || more.length > 0)
    throw new RadversaryError(
      'tensor-invalid',
      `Region: expected a mask [rows, columns], got [${shape.join(', ')}]`,
      { file },
    )
  const mask = Uint8Array.from(data, (value) => (value === 0 ? 0 : 1))
  return { mask, rows, columns, sha256: bytesToHex(sha256(bytes)) }
}

/** @throws RadversaryError dicom-unsupported for a frame of another size. */
export function checkRegion(region: Region | undefined, { pixels: { frame } }: StudyFrame): void {
  if (region === undefined || (region.rows === frame.rows && region.columns === frame.columns)) return
  throw new RadversaryError(
    'dicom-unsupported',
    `Region: expected the image's size ${frame.rows} x ${frame.columns}, got a mask of ${region.rows} x ${region.columns}`,
    { tip: 'Attack images of one size at a time, each with a mask of its own.' },
  )
}

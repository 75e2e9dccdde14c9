import { createHash } from 'node:crypto'
import type { StoredValues } from '../../src/core/dicom/image.ts'

/** SHA-256 of stored values as little-endian int32, as ../shared/data/formats/expected.json has it. */
export function hashOfValues(values: StoredValues): string {
  return createHash('sha256')
    .update(new Uint8Array(Int32Array.from(values).buffer))
    .digest('hex')
}

import { join } from 'node:path'
import { fileExists } from '../../../adapters/fs/atomic-write.ts'
import { manifestName } from '../../../adapters/fs/manifest.ts'
import { readBytes } from '../../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../../core/errors.ts'
import { comparisonName } from '../../compare/compare-study.ts'
import { comparisonSchema, type Comparison } from '../../compare/comparison.ts'

/**
 * What a comparison has left in its folder; undefined while it isn't whole. @throws RadversaryError io-failed
 * for a damaged one.
 */
export async function readComparison(folder: string): Promise<Comparison | undefined> {
  if (!(await fileExists(join(folder, manifestName)))) return undefined
  const file = join(folder, comparisonName)
  const parsed: unknown = JSON.parse(new TextDecoder().decode(await readBytes({ path: file })))
  if (isComparison(parsed)) return parsed
  throw new RadversaryError('io-failed', 'Comparison: expected one of this version, got another', { file })
}

/** Written by us and guarded by a manifest, so the schema's name says all. */
function isComparison(value: unknown): value is Comparison {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === comparisonSchema
}

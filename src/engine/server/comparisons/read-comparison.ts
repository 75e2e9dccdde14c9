import { join } from 'node:path'
import { z } from 'zod'
import { fileExists } from '../../../adapters/fs/atomic-write.ts'
import { manifestName } from '../../../adapters/fs/manifest.ts'
import { readJson } from '../../../adapters/fs/json-file.ts'
import { comparisonName } from '../../compare/compare-study.ts'
import { comparisonSchema, type Comparison } from '../../compare/comparison.ts'

/**
 * What a comparison has left in its folder; undefined while it isn't whole. @throws RadversaryError io-failed
 * for a damaged one.
 */
export async function readComparison(folder: string): Promise<Comparison | undefined> {
  if (!(await fileExists(join(folder, manifestName)))) return undefined
  const file = join(folder, comparisonName)
  return readJson(file, z.custom<Comparison>(isComparison))
}

/** Written by us and guarded by a manifest, so the schema's name says all. */
function isComparison(value: unknown): value is Comparison {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === comparisonSchema
}

import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../../adapters/fs/json-file.ts'
import type { AttackSummary } from '../../../core/evaluate/summary.ts'
import type { AttackWarning } from '../../../core/evaluate/warnings.ts'
import type { AttackRecord } from '../../export/record.ts'

const digest = z.strictObject({
  schema: z.literal('radversary/run-digest/1'),
  /** Size and time of the record that it was made of. */
  bytes: z.number(),
  modifiedMs: z.number(),
  summary: z.custom<AttackSummary>((value) => typeof value === 'object' && value !== null),
  warnings: z.array(z.custom<AttackWarning>((value) => typeof value === 'object' && value !== null)),
})

/** What a list shows of a run that is done. */
export type RunDigest = Pick<z.output<typeof digest>, 'summary' | 'warnings'>

interface DigestFiles {
  /** Path of the digest, a copy that is made anew where it is gone or of another record. */
  readonly file: string
  readonly record: string
  readonly read: () => Promise<AttackRecord>
}

/**
 * Reads what a list shows of a record, without the record: that of 28 images takes 20 ms to be read and
 * checked. @throws RadversaryError io-failed for a damaged record
 */
export async function digestOf({ file, record, read }: DigestFiles): Promise<RunDigest> {
  const { size: bytes, mtimeMs: modifiedMs } = await stat(record)
  const kept = await readJsonFile(file, digest).catch(() => undefined)
  if (kept?.bytes === bytes && kept.modifiedMs === modifiedMs) return kept
  const { summary, warnings } = await read()
  await writeJsonFile(file, { schema: 'radversary/run-digest/1', bytes, modifiedMs, summary, warnings })
  return { summary, warnings }
}

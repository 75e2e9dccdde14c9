import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileAtomically } from '../../../adapters/fs/atomic-write.ts'
import { readJsonFile } from '../../../adapters/fs/json-file.ts'
import type { AttackSummary } from '../../../core/evaluate/summary.ts'
import type { AttackWarning } from '../../../core/evaluate/warnings.ts'
import { version as softwareVersion } from '../../version.ts'
import type { AttackRecord } from '../../export/record.ts'

const digest = z.strictObject({
  schema: z.literal('radversary/run-digest/1'),
  /** The software's: another one may sum up otherwise. */
  version: z.string(),
  /** Size and time of the record that it was made of. */
  bytes: z.number(),
  modifiedMs: z.number(),
  summary: z.custom<AttackSummary>((value) => typeof value === 'object' && value !== null),
  warnings: z.array(z.custom<AttackWarning>((value) => typeof value === 'object' && value !== null)),
})

type Kept = z.output<typeof digest>

/** What a list shows of a run that is done. */
export type RunDigest = Pick<Kept, 'summary' | 'warnings'>

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
  const found = await stat(record).catch(() => undefined)
  // The record's own reader says best what is wrong with it.
  if (found === undefined) return read()
  const of = { version: softwareVersion, bytes: found.size, modifiedMs: found.mtimeMs }
  const kept = await readJsonFile(file, digest).catch(() => undefined)
  if (kept !== undefined && isOf(kept, of)) return kept
  const { summary, warnings } = await read()
  await keep(file, { schema: 'radversary/run-digest/1', ...of, summary, warnings })
  return { summary, warnings }
}

function isOf(kept: Kept, { version, bytes, modifiedMs }: Pick<Kept, 'version' | 'bytes' | 'modifiedMs'>) {
  return kept.version === version && kept.bytes === bytes && kept.modifiedMs === modifiedMs
}

/** A list is shown all the same where the disk is full, and a run that was deleted meanwhile stays away. */
async function keep(file: string, content: Kept): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(content))
  await writeFileAtomically(file, bytes, { replace: true }).catch(() => undefined)
}

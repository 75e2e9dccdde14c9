import { z } from 'zod'
import { recordedIdentity } from '../deidentify/deidentification-record.ts'

/** What has left the workspace once: a line of exports.jsonl; docs/workspace.md explains every field. */
export const departure = z.strictObject({
  schema: z.literal('radversary/departure/1'),
  /** ISO 8601, UTC. */
  when: z.string(),
  what: z.enum([
    'attack',
    'run',
    'deidentification',
    'reader study',
    'dataset',
    'transfer begun',
    'transfer',
  ]),
  /** The folder; of a transfer the node, with its address. */
  to: z.string(),
  exportId: z.string(),
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /**
   * SHA-256 of manifest.json, or of the same of what a transfer took; a copy is kept as exports/SHA256.json: it has
   * the hash of every file.
   */
  manifest: z.string(),
  identity: recordedIdentity,
  /** SHA-256 of the line before; empty of the first. */
  previous: z.string(),
})

export type Departure = Readonly<z.output<typeof departure>>
/** The same as it is noted down. */
export type NewDeparture = Pick<Departure, 'what' | 'to' | 'identity'>

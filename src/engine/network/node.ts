import { z } from 'zod'

export const purposes = ['source', 'research archive', 'clinical'] as const

/** As PS3.5 section 6.2 has AE: printable ASCII without a backslash, not empty. */
const aeTitle = z
  .string()
  .regex(/^(?! )[\x20-\x5b\x5d-\x7e]{1,16}$/, 'expected an AE title: 1 to 16 ASCII characters without \\')

const path = z.string().min(1)
const tls = z.strictObject({
  /** PEM files: who signed the node's certificate; our certificate and its key. */
  ca: path.optional(),
  cert: path.optional(),
  key: path.optional(),
})

const common = {
  /** What the user calls it. */
  name: z.string().regex(/^[\w.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, hyphens and underscores'),
  purpose: z.enum(purposes),
}

const dimseNode = z.strictObject({
  ...common,
  kind: z.literal('dimse'),
  host: z.string().regex(/^[\w.:-]{1,253}$/, 'expected the name or address of a host'),
  port: z.int().min(1).max(65_535),
  calledAeTitle: aeTitle,
  callingAeTitle: aeTitle,
  /** C-GET, or C-MOVE to our own port. */
  retrieve: z.enum(['get', 'move']),
  receivePort: z.int().min(1).max(65_535).optional(),
  tls: tls.optional(),
})

/** An archive that the user set up; docs/network.md explains every field. */
export const archiveNode = dimseNode
export type ArchiveNode = Readonly<z.output<typeof archiveNode>>

/** Where a node is, as the log of what left says it. */
export function addressOf({ name, tls, calledAeTitle, host, port }: ArchiveNode): string {
  return `${name} (dicom${tls === undefined ? '' : '-tls'}://${calledAeTitle}@${host}:${port})`
}

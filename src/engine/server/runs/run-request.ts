import { z } from 'zod'
import { attackSpec } from '../../../core/spec/attack-spec.ts'
import { firstVersion, keptFields } from '../kept-request.ts'

const schema = 'radversary/run-request/2'

const present = attackSpec.extend({
  schema: z.literal(schema).default(schema),
  ...keptFields,
  /** A model's name, or the path of its file. */
  model: z.string().min(1),
})

/**
 * Everything that a run needs to be repeated, as request.json in its folder; docs/workspace.md explains every
 * field. A region is named relative to the folder.
 */
export const runRequest = z.union([present, firstVersion('radversary/run-request/1', schema, present)])

export type RunRequest = Readonly<z.output<typeof present>>

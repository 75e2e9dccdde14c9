import { z } from 'zod'
import { comparisonSpec } from '../../../core/spec/comparison-spec.ts'
import { firstVersion, keptFields } from '../kept-request.ts'

const schema = 'radversary/comparison-request/2'

const present = comparisonSpec.extend({ schema: z.literal(schema).default(schema), ...keptFields })

/**
 * Everything that a comparison needs to go on, as request.json in its folder; docs/workspace.md explains
 * every field. A region is named relative to the folder.
 */
export const comparisonRequest = z.union([
  present,
  firstVersion('radversary/comparison-request/1', schema, present),
])

export type ComparisonRequest = Readonly<z.output<typeof present>>

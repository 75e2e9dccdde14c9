import type { inferRouterOutputs } from '@trpc/server'
import type { EngineRouter } from '../../../engine/server/router.ts'

type Outputs = inferRouterOutputs<EngineRouter>

/** What a form says of an attack method, as it comes over the wire. */
export type MethodHelp = Outputs['attacks']['methods'][number]

/** Predictions by a card that is being written, as they come over the wire. */
export type TriedCard = Outputs['models']['cards']['try']

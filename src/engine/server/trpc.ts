import { initTRPC, type TRPCError } from '@trpc/server'
import type { EngineContext } from './context.ts'
import { engineError } from './engine-error.ts'

/** Errors leave as `EngineError`, without the stack that tRPC would add in development. */
const t = initTRPC.context<EngineContext>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) => {
    const data = engineError(thrownIn(error))
    return { ...shape, message: data.message, data }
  },
})

export const { router, procedure } = t

/** The procedure's own error; a procedure that isn't there, or a body that isn't JSON, has none. */
function thrownIn(error: TRPCError): unknown {
  return error.cause ?? error
}

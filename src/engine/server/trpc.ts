import { initTRPC, TRPCError } from '@trpc/server'
import { RadversaryError } from '../../core/errors.ts'
import type { EngineContext } from './context.ts'
import { engineError, statusOf } from './engine-error.ts'

/** Errors leave as `EngineError`, without the stack that tRPC would add in development. */
const t = initTRPC.context<EngineContext>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) => {
    const data = engineError(error)
    return { ...shape, message: data.message, data }
  },
})

const codes = { 400: 'BAD_REQUEST', 422: 'UNPROCESSABLE_CONTENT', 500: 'INTERNAL_SERVER_ERROR' } as const

export const { router } = t

/** A procedure whose foreseeable faults have the status that `statusOf` gives them, as frames' have. */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (result.ok || !(result.error.cause instanceof RadversaryError)) return result
  const { cause } = result.error
  throw new TRPCError({ code: codes[statusOf(cause)], message: cause.message, cause })
})

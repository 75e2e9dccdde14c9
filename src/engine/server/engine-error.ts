import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { z } from 'zod'
import { internalError, RadversaryError, reasonOf } from '../../core/errors.ts'
import type { EngineError } from '../../shared/engine-error.ts'

/**
 * What any thrown thing says to a user in another process: a request that can't be read, or asks for what
 * there isn't, is a fault of usage, all else unforeseen one of ours.
 */
export function engineError(thrown: unknown): EngineError {
  const { code, message, tip, file } = asRadversaryError(thrown)
  return { code, message, tip: tip ?? null, file: file ?? null }
}

function asRadversaryError(thrown: unknown): RadversaryError {
  if (thrown instanceof RadversaryError) return thrown
  if (thrown instanceof z.ZodError) return new RadversaryError('usage', `Request: ${z.prettifyError(thrown)}`)
  if (thrown instanceof TRPCError) return ofTrpc(thrown)
  return internalError(reasonOf(thrown))
}

/**
 * The procedure's own error is the cause; tRPC's own (no such procedure, no JSON, a batch too large) says
 * by its status whose fault it is.
 */
function ofTrpc(error: TRPCError): RadversaryError {
  if (error.cause instanceof RadversaryError || error.cause instanceof z.ZodError)
    return asRadversaryError(error.cause)
  if (getHTTPStatusCodeFromError(error) < 500)
    return new RadversaryError('usage', `Request: ${reasonOf(error)}`, { cause: error })
  return internalError(reasonOf(error.cause ?? error))
}

/** The HTTP status that goes with it. */
export function statusOf({ code }: Pick<EngineError, 'code'>): 400 | 422 | 500 {
  if (code === 'usage') return 400
  return code === 'internal' ? 500 : 422
}

import { z } from 'zod'
import { internalError, RadversaryError } from '../../core/errors.ts'
import type { EngineError } from '../../shared/engine-error.ts'

/**
 * What any thrown thing says to a user in another process: input that doesn't parse is a fault of usage, all
 * else unforeseen one of ours.
 */
export function engineError(thrown: unknown): EngineError {
  const { code, message, tip, file } = asRadversaryError(thrown)
  return { code, message, tip: tip ?? null, file: file ?? null }
}

function asRadversaryError(thrown: unknown): RadversaryError {
  if (thrown instanceof RadversaryError) return thrown
  if (thrown instanceof z.ZodError) return new RadversaryError('usage', `Request: ${z.prettifyError(thrown)}`)
  return internalError(thrown instanceof Error ? thrown.message : String(thrown))
}

/** The HTTP status that goes with it. */
export function statusOf({ code }: EngineError): number {
  if (code === 'usage') return 400
  return code === 'internal' ? 500 : 422
}

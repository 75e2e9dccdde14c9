import { TRPCClientError } from '@trpc/client'
import { RadversaryError } from '../../../core/errors.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import { texts } from '../texts.ts'

/** An error of the engine, sent by a route that is not tRPC. */
export class EngineFault extends Error {
  constructor(readonly error: EngineError) {
    super(error.message)
  }
}

/** The error that a response of a binary route holds. */
export async function engineFault(response: Response): Promise<EngineFault> {
  const body: unknown = await response.json().catch(() => undefined)
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return new EngineFault(isEngineError(error) ? error : unreachable)
}

/** What the user should read of anything that was thrown; undefined for what the user has cancelled. */
export function faultOf(thrown: unknown): EngineError | undefined {
  const error = toEngineError(thrown)
  return error.code === 'cancelled' ? undefined : error
}

function toEngineError(thrown: unknown): EngineError {
  if (thrown instanceof EngineFault) return thrown.error
  if (thrown instanceof RadversaryError) return sentenceOf(thrown)
  if (thrown instanceof DOMException && thrown.name === 'AbortError')
    return { ...unreachable, code: 'cancelled' }
  if (thrown instanceof TRPCClientError) {
    const data: unknown = thrown.data
    if (isEngineError(data)) return data
    if (thrown.cause instanceof DOMException && thrown.cause.name === 'AbortError')
      return { ...unreachable, code: 'cancelled' }
    return unreachable
  }
  if (thrown instanceof TypeError) return unreachable
  return {
    ...unreachable,
    message: thrown instanceof Error ? thrown.message : String(thrown),
    tip: texts.errors.report,
  }
}

/** What a page itself has found wrong. */
function sentenceOf({ code, message, tip, file }: RadversaryError): EngineError {
  return { code, message, tip: tip ?? null, file: file ?? null }
}

const unreachable: EngineError = {
  code: 'internal',
  message: texts.errors.unreachable,
  tip: texts.errors.unreachableTip,
  file: null,
}

function isEngineError(value: unknown): value is EngineError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    'message' in value &&
    typeof value.message === 'string'
  )
}

/** An error as text, to be copied into a report. */
export function faultText({ code, message, file, tip }: EngineError): string {
  const lines = [`${code}: ${message}`]
  if (file !== null) lines.push(`${texts.app.file}: ${file}`)
  if (tip !== null) lines.push(`${texts.app.tip}: ${tip}`)
  return lines.join('\n')
}

import { setTimeout as wait } from 'node:timers/promises'
import { RadversaryError } from '../../core/errors.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'

/** An instance that was not transferred, as reports list it. */
export interface TransferFailure {
  /** File, or SOP Instance UID. */
  readonly file: string
  readonly message: string
  readonly tip: string | undefined
}

const mostAttempts = 4
const waitMs = 1000

interface Work<T> {
  readonly phase: string
  readonly all: readonly T[]
  readonly uidOf: (instance: T) => string
  readonly nameOf: (instance: T) => string
  /** Transfers some; each is reported by its UID as soon as it is settled. */
  readonly transfer: (
    some: readonly T[],
    settle: (uid: string, reason: string | undefined) => void,
  ) => Promise<void>
}

/**
 * Transfers instances, again where the connection fails on the way; what has been settled is not repeated.
 * @returns those that came through, and why others did not
 * @throws RadversaryError network-failed where not one instance was settled; whatever is no fault of the
 * network
 */
export async function transferAll<T>(
  { phase, all, uidOf, nameOf, transfer }: Work<T>,
  { signal, onProgress }: JobHooks,
): Promise<{ readonly done: readonly T[]; readonly failures: readonly TransferFailure[] }> {
  const settled = new Map<string, string | undefined>()
  const report = (note: string) => onProgress?.({ done: settled.size, total: all.length, phase, note })
  const left = () => all.filter((instance) => !settled.has(uidOf(instance)))
  const settle = (uid: string, reason: string | undefined) => {
    settled.set(uid, reason)
    report('')
  }
  let fault: RadversaryError | undefined
  for (let attempt = 1; attempt <= mostAttempts && left().length > 0; attempt += 1) {
    throwIfCancelled(signal)
    if (fault !== undefined) await wait(waitMs * (attempt - 1), undefined, { signal }).catch(() => undefined)
    fault = await faultOf(() => transfer(left(), settle))
    if (fault === undefined || settled.size === 0) break
    report('the connection failed: trying again')
  }
  throwIfCancelled(signal)
  if (fault !== undefined && settled.size === 0) throw fault
  const missing = fault?.message ?? 'the node did not send it'
  const failures = all.flatMap((instance) => {
    const reason = settled.has(uidOf(instance)) ? settled.get(uidOf(instance)) : missing
    return reason === undefined ? [] : [{ file: nameOf(instance), message: reason, tip: fault?.tip }]
  })
  const done = all.filter((each) => settled.has(uidOf(each)) && settled.get(uidOf(each)) === undefined)
  return { done, failures }
}

async function faultOf(work: () => Promise<void>): Promise<RadversaryError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof RadversaryError && error.code === 'network-failed') return error
    throw error
  }
}

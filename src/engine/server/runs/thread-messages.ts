import type { StudyAttackEvent } from '../../attack/attack-hooks.ts'
import type { AttackRequest } from '../../attack/attack-run.ts'
import type { JobEvent } from '../streamed.ts'
import type { RunEnd } from './run-events.ts'

/** What an attack's thread is given; plain values. */
export type AttackThreadData = AttackRequest

/** What it tells; the last is how it ended. */
export type FromAttackThread = JobEvent | StudyAttackEvent | RunEnd

/** What it is told. */
export type ToAttackThread = 'cancel'

import type { SampleOutcome } from './attack-result.ts'

/** What one member of an ensemble did. */
export interface MemberResult {
  readonly member: string
  /** Images that still held when its turn came. */
  readonly attacked: number
  readonly succeeded: number
}

/** In the order in which they ran. */
export function memberResults(
  members: readonly string[],
  outcomes: readonly Pick<SampleOutcome, 'success' | 'member'>[],
): MemberResult[] {
  let attacked = outcomes.length
  return members.map((member) => {
    const succeeded = outcomes.filter((outcome) => outcome.success && outcome.member === member).length
    const result = { member, attacked, succeeded }
    attacked -= succeeded
    return result
  })
}

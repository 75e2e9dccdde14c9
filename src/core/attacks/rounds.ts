import type { AttackMethod, AttackProblem } from './attack.ts'

/** What the loop runs one after the other: a restart of the method, or of one of an ensemble's members. */
export interface Round {
  readonly method: AttackMethod
  /** Of this method; counts from 0. */
  readonly restart: number
}

export function roundsOf(method: AttackMethod, problem: AttackProblem): Round[] {
  const classes = problem.targets.shape[1] ?? 0
  return (method.members ?? [method]).flatMap((member) => {
    const count = typeof member.restarts === 'number' ? member.restarts : member.restarts(classes)
    return Array.from({ length: count }, (_, restart) => ({ method: member, restart }))
  })
}

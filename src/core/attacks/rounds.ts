import { extentOf } from '../tensor/tensor.ts'
import type { AttackMethod, AttackProblem, Choice } from './attack.ts'

/** What the loop runs one after the other: a restart of the method, or of one of an ensemble's members. */
export interface Round {
  readonly method: AttackMethod
  /** Number of the restart in this method; counts from 0. */
  readonly restart: number
}

export function roundsOf(method: AttackMethod, problem: AttackProblem): Round[] {
  const choice = choiceOf(problem)
  return (method.members ?? [method]).flatMap((member) => {
    const count = typeof member.restarts === 'number' ? member.restarts : member.restarts(choice)
    return Array.from({ length: count }, (_, restart) => ({ method: member, restart }))
  })
}

/** All samples have as many planes. */
function choiceOf({ criterion, targets }: AttackProblem): Choice {
  const divided = criterion.boundary?.(0, extentOf(targets.shape, 1))
  return { choices: divided?.need === 'any' ? divided.planes.length : 1 }
}

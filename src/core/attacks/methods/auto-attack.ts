import { z } from 'zod'
import { internalError } from '../../errors.ts'
import type { UnnamedMethod } from '../attack.ts'
import { l2Ball, linfBall, type Ball } from '../balls.ts'
import { defineMethod, type MethodEntry } from '../method-entry.ts'
import { epsilon, epsilonL2, steps, targetClasses } from '../settings.ts'
import { apgdCe, apgdCeL2, apgdT, apgdTL2, autoAttackSource } from './apgd.ts'
import { fabT, fabTL2 } from './fab.ts'
import { square, squareL2 } from './square.ts'

const common = {
  steps: steps(100, 'Of APGD and FAB-T, as in the paper.'),
  targetClasses,
  queries: z.int().min(1).default(5000).describe('Predictions of each image by Square, as in the paper.'),
}

const linf = z.strictObject({ epsilon, ...common })
const l2 = z.strictObject({ epsilon: epsilonL2, ...common })

const equation = 'APGD-CE, then APGD-T, then FAB-T, then Square, each on the images that still hold'

const linfMembers = { apgd: apgdCe, targeted: apgdT, fab: fabT, square }
const l2Members = { apgd: apgdCeL2, targeted: apgdTL2, fab: fabTL2, square: squareL2 }

/** AutoAttack, its standard version: Croce and Hein 2020. */
export const autoAttack = defineMethod({
  name: 'autoattack',
  title: 'AutoAttack (Linf)',
  summary:
    'The usual yardstick of robust accuracy: four attacks in turn, white box and black box; the record names the one that broke each image.',
  equation,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  members: namesOf(linfMembers),
  settings: linf,
  create: (chosen) => ensemble(linfBall(chosen.epsilon), chosen, linfMembers),
})

export const autoAttackL2 = defineMethod({
  name: 'autoattack-l2',
  title: 'AutoAttack (L2)',
  summary: 'The same four attacks in turn within a Euclidean budget.',
  equation,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  members: namesOf(l2Members),
  settings: l2,
  create: (chosen) => ensemble(l2Ball(chosen.epsilon), chosen, l2Members),
})

type Members = Readonly<Record<'apgd' | 'targeted' | 'fab' | 'square', MethodEntry>>

function namesOf(members: Members): string[] {
  return Object.values(members).map(({ name }) => name)
}

function ensemble(
  ball: Ball,
  { epsilon, steps, targetClasses, queries }: z.output<typeof linf>,
  { apgd, targeted, fab, square }: Members,
): UnnamedMethod {
  const members = [
    apgd.configure({ epsilon, steps }),
    targeted.configure({ epsilon, steps, targetClasses }),
    fab.configure({ epsilon, steps, targetClasses }),
    square.configure({ epsilon, steps: queries }),
  ]
  return {
    ball,
    steps: 2 * steps + queries,
    restarts: 1,
    randomStart: false,
    keeps: 'strongest',
    members,
    begin: () => {
      throw internalError('an ensemble was run instead of its members')
    },
  }
}

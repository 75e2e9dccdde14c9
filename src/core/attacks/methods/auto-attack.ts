import { z } from 'zod'
import { internalError } from '../../errors.ts'
import type { UnnamedMethod } from '../attack.ts'
import { l2Ball, linfBall, type Ball } from '../balls.ts'
import { defineMethod, type MethodEntry } from '../method-entry.ts'
import { epsilon, epsilonL2, steps, targetClasses } from '../settings.ts'
import { apgdCe, apgdCeL2, apgdDlr, apgdDlrL2, apgdT, apgdTL2, autoAttackSource } from './apgd.ts'
import { fabT, fabTL2 } from './fab.ts'
import { square, squareL2 } from './square.ts'

/** The authors' versions: which attacks run, and from how many starts. */
const versions = {
  standard: { parts: ['apgd', 'targeted', 'fab', 'square'], restarts: 1 },
  plus: { parts: ['apgd', 'dlr', 'fab', 'square', 'targeted'], restarts: 5 },
  rand: { parts: ['apgd', 'dlr'], restarts: 1 },
} as const satisfies Record<string, { readonly parts: readonly Part[]; readonly restarts: number }>

type Part = 'apgd' | 'dlr' | 'targeted' | 'fab' | 'square'

const common = {
  variant: z
    .enum(['standard', 'plus', 'rand'])
    .default('standard')
    .describe(
      'Which attacks run: standard has APGD-CE, APGD-T, FAB-T and Square; plus has APGD-DLR beside them, and five random starts of APGD-CE, APGD-DLR and Square; rand has APGD-CE and APGD-DLR, for models with random steps, with --eot 20.',
    ),
  steps: steps(100, 'Of APGD and FAB-T, as in the paper.'),
  targetClasses,
  queries: z.int().min(1).default(5000).describe('Predictions of each image by Square, as in the paper.'),
}

const linf = z.strictObject({ epsilon, ...common })
const l2 = z.strictObject({ epsilon: epsilonL2, ...common })

const equation = 'APGD-CE, then APGD-T, then FAB-T, then Square, each on the images that still hold'

const linfMembers = { apgd: apgdCe, dlr: apgdDlr, targeted: apgdT, fab: fabT, square }
const l2Members = { apgd: apgdCeL2, dlr: apgdDlrL2, targeted: apgdTL2, fab: fabTL2, square: squareL2 }

/** AutoAttack: Croce and Hein 2020. */
export const autoAttack = defineMethod({
  name: 'autoattack',
  title: 'AutoAttack (Linf)',
  summary:
    'The usual yardstick of robust accuracy: four attacks in turn, white box and black box; the record names the one that broke each image.',
  equation,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
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
  settings: l2,
  create: (chosen) => ensemble(l2Ball(chosen.epsilon), chosen, l2Members),
})

type Members = Readonly<Record<Part, MethodEntry>>

function ensemble(ball: Ball, chosen: z.output<typeof linf>, entries: Members): UnnamedMethod {
  const { variant, epsilon, steps, targetClasses, queries } = chosen
  const { parts, restarts } = versions[variant]
  const settings: Readonly<Record<Part, object>> = {
    apgd: { epsilon, steps, restarts },
    dlr: { epsilon, steps, restarts },
    targeted: { epsilon, steps, targetClasses },
    fab: { epsilon, steps, targetClasses },
    square: { epsilon, steps: queries, restarts },
  }
  return {
    ball,
    steps: 2 * steps + queries,
    restarts: 1,
    randomStart: false,
    keeps: 'strongest',
    members: parts.map((part) => entries[part].configure(settings[part])),
    begin: () => {
      throw internalError('an ensemble was run instead of its members')
    },
  }
}

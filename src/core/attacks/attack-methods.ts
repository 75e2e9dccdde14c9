import { RadversaryError } from '../errors.ts'
import type { AttackMethod } from './attack.ts'
import type { MethodEntry } from './method-entry.ts'
import { almaProx } from './methods/alma-prox.ts'
import { corruptionsOfModalities } from './corruptions/modalities.ts'
import { apgdCe, apgdCeL2, apgdDlr, apgdDlrL2, apgdT, apgdTL2 } from './methods/apgd.ts'
import { apgdCeL1 } from './methods/apgd-l1.ts'
import { asma } from './methods/asma.ts'
import { autoAttack, autoAttackL2 } from './methods/auto-attack.ts'
import { carliniWagner } from './methods/carlini-wagner.ts'
import { gaussianBlur, gaussianNoise, lowContrast, motionBlur } from './methods/corruption.ts'
import { dag } from './methods/dag.ts'
import { dctPgd } from './methods/dct-pgd.ts'
import { ddn } from './methods/ddn.ts'
import { deepfool } from './methods/deepfool.ts'
import { diFgsm } from './methods/di-fgsm.ts'
import { fabT, fabTL2 } from './methods/fab.ts'
import { fgsm } from './methods/fgsm.ts'
import { fmnL1, fmnL2, fmnLinf } from './methods/fmn.ts'
import { hfc } from './methods/hfc.ts'
import { hopSkipJump, hopSkipJumpLinf } from './methods/hop-skip-jump.ts'
import { iFgsm } from './methods/i-fgsm.ts'
import { miFgsm } from './methods/mi-fgsm.ts'
import { niFgsm, siNiFgsm } from './methods/ni-fgsm.ts'
import { noise } from './methods/noise.ts'
import { patch } from './methods/patch.ts'
import { pgd, pgdL2 } from './methods/pgd.ts'
import { cosPgd, segPgd } from './methods/pixel-pgd.ts'
import { sea } from './methods/sea.ts'
import { smiaReference } from './methods/smia-reference.ts'
import { smia } from './methods/smia.ts'
import { ead, sigmaZero } from './methods/sparse.ts'
import { spsa } from './methods/spsa.ts'
import { square, squareL2 } from './methods/square.ts'
import { tiDim, tiFgsm } from './methods/ti-fgsm.ts'
import { admix, bsr, pgn, sia, ssa, transfer } from './methods/transfer.ts'
import { universal, universalL2 } from './methods/universal.ts'
import { vmiFgsm, vniFgsm } from './methods/vmi-fgsm.ts'

/** Methods by kind, in the order in which forms and help pages list them. */
export const methodGroups = {
  SMIA: [smia, smiaReference],
  'Gradients within a budget': [
    fgsm,
    iFgsm,
    pgd,
    pgdL2,
    miFgsm,
    tiFgsm,
    tiDim,
    niFgsm,
    siNiFgsm,
    diFgsm,
    vmiFgsm,
    vniFgsm,
    admix,
    ssa,
    sia,
    bsr,
    pgn,
    transfer,
    apgdCe,
    apgdCeL2,
    apgdCeL1,
    apgdDlr,
    apgdDlrL2,
    apgdT,
    apgdTL2,
  ],
  Frequencies: [dctPgd],
  'One perturbation for many images': [universal, universalL2, patch],
  'Hiding from detectors': [hfc],
  'The smallest change': [fabT, fabTL2, fmnLinf, fmnL2, fmnL1, deepfool, ddn, carliniWagner, ead, sigmaZero],
  'Black box': [square, squareL2, spsa, hopSkipJump, hopSkipJumpLinf],
  Ensembles: [autoAttack, autoAttackL2],
  'Pixels of a segmentation': [segPgd, cosPgd, sea, asma, almaProx],
  'Boxes of a detection': [dag],
  Baselines: [noise, gaussianNoise, gaussianBlur, lowContrast, motionBlur],
  'Corruptions of the modality': corruptionsOfModalities,
} satisfies Record<string, readonly MethodEntry[]>

type Entry = (typeof methodGroups)[keyof typeof methodGroups][number]

export type AttackMethodName = Entry['name']

/** Every method by its name. */
export const attackMethods = Object.fromEntries(
  Object.values<readonly Entry[]>(methodGroups).flatMap((methods) =>
    methods.map((entry) => [entry.name, entry]),
  ),
) as { readonly [Name in AttackMethodName]: MethodEntry<Name> }

/** Names of methods that may attack stacks of slices whose predictions depend on their neighbours. */
export const stackMethods: readonly string[] = Object.values<Entry>(attackMethods).flatMap(
  ({ name, stacks }) => (stacks ? [name] : []),
)

/** A method ready to run. Throws `usage` for an unknown name or wrong settings. */
export function configureAttack(name: string, settings: unknown = {}): AttackMethod {
  return methodNamed(name).configure(settings)
}

/** Throws `usage` for an unknown name. */
export function methodNamed(name: string): MethodEntry {
  if (isAttackMethodName(name)) return attackMethods[name]
  throw new RadversaryError('usage', `Method: expected the name of one that there is, got ${name}`, {
    tip: `There are: ${Object.keys(attackMethods).join(', ')}.`,
  })
}

function isAttackMethodName(name: string): name is AttackMethodName {
  return Object.hasOwn(attackMethods, name)
}

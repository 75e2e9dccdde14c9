import { RadversaryError } from '../errors.ts'
import type { AttackMethod } from './attack.ts'
import type { MethodEntry } from './method-entry.ts'
import { apgdCe, apgdCeL2, apgdDlr, apgdDlrL2, apgdT, apgdTL2 } from './methods/apgd.ts'
import { asma } from './methods/asma.ts'
import { autoAttack, autoAttackL2 } from './methods/auto-attack.ts'
import { carliniWagner } from './methods/carlini-wagner.ts'
import { gaussianBlur, gaussianNoise, lowContrast, motionBlur } from './methods/corruption.ts'
import { cosPgd } from './methods/cos-pgd.ts'
import { dag } from './methods/dag.ts'
import { dctPgd } from './methods/dct-pgd.ts'
import { deepfool } from './methods/deepfool.ts'
import { diFgsm } from './methods/di-fgsm.ts'
import { fabT, fabTL2 } from './methods/fab.ts'
import { fgsm } from './methods/fgsm.ts'
import { hopSkipJump, hopSkipJumpLinf } from './methods/hop-skip-jump.ts'
import { hfc } from './methods/hfc.ts'
import { iFgsm } from './methods/i-fgsm.ts'
import { miFgsm } from './methods/mi-fgsm.ts'
import { niFgsm, siNiFgsm } from './methods/ni-fgsm.ts'
import { noise } from './methods/noise.ts'
import { pgd, pgdL2 } from './methods/pgd.ts'
import { segPgd } from './methods/seg-pgd.ts'
import { smiaReference } from './methods/smia-reference.ts'
import { smia } from './methods/smia.ts'
import { spsa } from './methods/spsa.ts'
import { square, squareL2 } from './methods/square.ts'
import { tiDim, tiFgsm } from './methods/ti-fgsm.ts'
import { universal, universalL2 } from './methods/universal.ts'
import { vmiFgsm, vniFgsm } from './methods/vmi-fgsm.ts'

/** Methods by kind, each by its name on the command line and in records. */
export const methodGroups = {
  SMIA: { smia, 'smia-reference': smiaReference },
  'Gradients within a budget': {
    fgsm,
    'i-fgsm': iFgsm,
    pgd,
    'pgd-l2': pgdL2,
    'mi-fgsm': miFgsm,
    'ti-fgsm': tiFgsm,
    'ti-dim': tiDim,
    'ni-fgsm': niFgsm,
    'si-ni-fgsm': siNiFgsm,
    'di-fgsm': diFgsm,
    'vmi-fgsm': vmiFgsm,
    'vni-fgsm': vniFgsm,
    'apgd-ce': apgdCe,
    'apgd-ce-l2': apgdCeL2,
    'apgd-dlr': apgdDlr,
    'apgd-dlr-l2': apgdDlrL2,
    'apgd-t': apgdT,
    'apgd-t-l2': apgdTL2,
  },
  Frequencies: { 'dct-pgd': dctPgd },
  'One perturbation for many images': { universal, 'universal-l2': universalL2 },
  'Hiding from detectors': { hfc },
  'The smallest change': { 'fab-t': fabT, 'fab-t-l2': fabTL2, deepfool, cw: carliniWagner },
  'Black box': {
    square,
    'square-l2': squareL2,
    spsa,
    hopskipjump: hopSkipJump,
    'hopskipjump-linf': hopSkipJumpLinf,
  },
  Ensembles: { autoattack: autoAttack, 'autoattack-l2': autoAttackL2 },
  'Pixels of a segmentation': { segpgd: segPgd, cospgd: cosPgd, asma },
  'Boxes of a detection': { dag },
  Baselines: {
    noise,
    'gaussian-noise': gaussianNoise,
    'gaussian-blur': gaussianBlur,
    'low-contrast': lowContrast,
    'motion-blur': motionBlur,
  },
} satisfies Record<string, Record<string, MethodEntry>>

/** Every method by its name. */
export const attackMethods = {
  ...methodGroups.SMIA,
  ...methodGroups['Gradients within a budget'],
  ...methodGroups.Frequencies,
  ...methodGroups['One perturbation for many images'],
  ...methodGroups['Hiding from detectors'],
  ...methodGroups['The smallest change'],
  ...methodGroups['Black box'],
  ...methodGroups.Ensembles,
  ...methodGroups['Pixels of a segmentation'],
  ...methodGroups['Boxes of a detection'],
  ...methodGroups.Baselines,
} satisfies Record<string, MethodEntry>

export type AttackMethodName = keyof typeof attackMethods

/** A method ready to run. Throws `usage` for an unknown name or wrong settings. */
export function configureAttack(name: string, settings: unknown = {}): AttackMethod {
  if (!isAttackMethodName(name))
    throw new RadversaryError(
      'usage',
      `Method: expected one of ${Object.keys(attackMethods).join(', ')}, got ${name}`,
    )
  return attackMethods[name].configure(settings)
}

function isAttackMethodName(name: string): name is AttackMethodName {
  return Object.hasOwn(attackMethods, name)
}

import type { AttackMethodName } from '../attacks/attack-methods.ts'
import type { GivenSettings } from './attack-spec.ts'

/** What a step of a protocol is there to show; the checklist of a report reads cells by it. */
export const stepRoles = [
  'single-step',
  'iterative',
  'ensemble',
  'gradient-free',
  'hard-label',
  'transfer',
  'noise',
  'corruption',
] as const

export type StepRole = (typeof stepRoles)[number]

/** A method of a protocol. */
export interface ProtocolStep {
  readonly method: AttackMethodName
  readonly role: StepRole
  /** Over the whole curve of budgets, at the protocol's budget alone, or by its own settings. */
  readonly at: 'curve' | 'budget' | 'own'
  readonly settings: GivenSettings
  /** One sentence for the report. */
  readonly why: string
  /** Tasks of models that it is for; undefined for all that the method itself takes. */
  readonly tasks?: readonly string[]
  /** Modalities (0008,0060) of studies that it is for; undefined for all. */
  readonly modalities?: readonly string[]
}

/** What a model is attacked with, and at which budgets, for one report. */
export interface Protocol {
  /** One sentence for `--help` and the report. */
  readonly summary: string
  /** Largest change of a pixel at which methods are set side by side. */
  readonly epsilon: string
  /** Budgets of the curve, as parts of epsilon, rising. */
  readonly curve: readonly number[]
  /** Whether what is made on each model is judged on the others, where several are given. */
  readonly transfer: boolean
  readonly steps: readonly ProtocolStep[]
}

const fgsm = {
  method: 'fgsm',
  role: 'single-step',
  at: 'budget',
  settings: {},
  why: 'One step: iterative attacks have to be at least as strong.',
} as const satisfies ProtocolStep

const pgd = {
  method: 'pgd',
  role: 'iterative',
  at: 'curve',
  settings: {},
  why: 'The usual iterative attack, over a curve of budgets that has to rise to 100 %.',
} as const satisfies ProtocolStep

const smia = {
  method: 'smia',
  role: 'iterative',
  at: 'curve',
  settings: {},
  why: 'The stabilised attack on medical images, over the same curve.',
} as const satisfies ProtocolStep

const noise = {
  method: 'noise',
  role: 'noise',
  at: 'budget',
  settings: {},
  why: 'Noise of the same size, which is not aimed: what an attack has to be measured against.',
} as const satisfies ProtocolStep

const square = {
  method: 'square',
  role: 'gradient-free',
  at: 'budget',
  settings: {},
  why: 'Random search without gradients: where it beats a white box, gradients are masked.',
} as const satisfies ProtocolStep

const autoAttack = {
  method: 'autoattack',
  role: 'ensemble',
  at: 'budget',
  settings: {},
  why: 'Four attacks in turn, the usual yardstick of robust accuracy.',
  tasks: ['classification'],
} as const satisfies ProtocolStep

const hopSkipJump = {
  method: 'hopskipjump-linf',
  role: 'hard-label',
  at: 'budget',
  settings: {},
  why: 'It sees decisions alone, so masked gradients and masked scores do not stop it.',
} as const satisfies ProtocolStep

const corruption = (method: AttackMethodName, what: string): ProtocolStep => ({
  method,
  role: 'corruption',
  at: 'own',
  settings: {},
  why: `${what}, a change that happens without an attacker.`,
})

const corruptions = [
  corruption('gaussian-noise', 'Noise of the sensor'),
  corruption('gaussian-blur', 'Blur'),
  corruption('low-contrast', 'Low contrast'),
  corruption('motion-blur', 'Motion'),
]

const ofModality = (modalities: readonly string[], names: readonly AttackMethodName[]): ProtocolStep[] =>
  names.map((method) => ({
    method,
    role: 'corruption',
    at: 'own',
    settings: {},
    why: 'A fault of this kind of imaging, a change that happens without an attacker.',
    modalities,
  }))

/** Faults of a study's own kind of imaging, by the values of Modality (0008,0060) that it has. */
const modalityCorruptions: readonly ProtocolStep[] = [
  corruption('jpeg', 'Compression with loss'),
  ...ofModality(['MR'], ['mr-motion', 'mr-ghosting', 'mr-bias-field', 'mr-rician-noise', 'mr-spike']),
  ...ofModality(['CT'], ['ct-low-dose', 'ct-beam-hardening', 'ct-ring', 'ct-metal']),
  ...ofModality(['CR', 'DX', 'MG', 'RF', 'XA', 'IO', 'PX'], ['xray-scatter', 'xray-grid', 'xray-exposure']),
  ...ofModality(['US', 'IVUS'], ['us-speckle', 'us-shadow', 'us-gain']),
  ...ofModality(['OP', 'ES', 'XC', 'DMS'], ['camera-illumination', 'camera-defocus', 'camera-specular']),
]

const transferred: ProtocolStep = {
  method: 'mi-fgsm',
  role: 'transfer',
  at: 'budget',
  settings: {},
  why: 'Momentum, whose images other models are fooled by more often.',
}

/**
 * Protocols by name. They follow the checklist of Carlini et al., On Evaluating Adversarial Robustness
 * (arXiv:1902.06705), as far as their time allows.
 */
export const protocols = {
  quick: {
    summary: 'minutes: one-step and iterative attacks, noise, and a short curve of budgets',
    epsilon: '8/255',
    curve: [0.25, 1, 8],
    transfer: false,
    steps: [pgd, smia, fgsm, noise],
  },
  standard: {
    summary:
      'AutoAttack, SMIA, a curve of budgets, noise, corruptions of the modality, and a black box against masking',
    epsilon: '8/255',
    curve: [0.125, 0.25, 0.5, 1, 2, 8],
    transfer: false,
    steps: [pgd, smia, fgsm, autoAttack, square, noise, ...corruptions, ...modalityCorruptions],
  },
  full: {
    summary: 'the standard protocol with hard-label attacks, and transfer where several models are given',
    epsilon: '8/255',
    curve: [0.125, 0.25, 0.5, 1, 2, 8],
    transfer: true,
    steps: [
      pgd,
      smia,
      transferred,
      fgsm,
      autoAttack,
      square,
      hopSkipJump,
      noise,
      ...corruptions,
      ...modalityCorruptions,
    ],
  },
} as const satisfies Record<string, Protocol>

export type ProtocolName = keyof typeof protocols

import { z } from 'zod'
import { internalError } from '../../errors.ts'
import type { UnnamedMethod } from '../attack.ts'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import type { Copies } from '../transfer/copies.ts'
import { changedBlocks, shuffledBlocks } from '../transfer/blocks.ts'
import { transferAttack, type TransferParts } from '../transfer/iteration.ts'
import { mixInsOf } from '../transfer/mix-ins.ts'
import {
  admixture,
  diversity,
  flatness,
  gaussianOf,
  scales,
  shuffling,
  spectrum,
  structure,
  translation,
  variance,
} from '../transfer/settings.ts'
import { admixed, diverse, scaled, spectral, type MixIn } from '../transfer/transforms.ts'

const common = {
  epsilon,
  steps: steps(10, 'As in the paper.'),
  stepSize: optionalStepSize('epsilon / steps, as in the paper'),
  decay: decay(1, 'As in the paper.'),
}

const momentumStep = 'g_{t+1} = μ·g_t + g / mean|g|; x_{t+1} = clip_ε(x_t + α·sign(g_{t+1}))'

/** Admix: Wang et al., algorithm 1. */
export const admix = defineMethod({
  name: 'admix',
  title: 'Admix',
  summary:
    'MI-FGSM with the gradients of copies into which other images are mixed, each scaled, for transfer between models.',
  equation: `g = mean ∇J(γ_i·(x_t + η·x′)), γ_i = 2^−i, x′ of another class; ${momentumStep}`,
  source: {
    authors: 'X. Wang, X. He, J. Wang, K. He',
    title: 'Admix: Enhancing the Transferability of Adversarial Attacks',
    venue: 'ICCV 2021',
    identifier: 'arXiv:2102.00436',
  },
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ ...common, ...admixture, scales: scales(5, 'As in the paper.') }),
  create: (chosen) =>
    withMixIns((pool) =>
      transferAttack({
        ...chosen,
        copies: [admixed(chosen.mixed, chosen.portion, pool), scaled(chosen.scales)],
      }),
    ),
})

/** Spectrum Simulation Attack: Long et al., algorithm 1. */
export const ssa = defineMethod({
  name: 'ssa',
  title: 'SSA',
  summary:
    'MI-FGSM with the gradients of copies whose frequencies are changed at random, for transfer between models; cosine transforms of whole images take long.',
  equation: `g = mean ∇J(D⁻¹(D(x_t + ξ) ⊙ M)), M uniform in [1 − ρ, 1 + ρ], ξ normal with σ = ε; ${momentumStep}`,
  source: {
    authors: 'Y. Long, Q. Zhang, B. Zeng, L. Gao, X. Liu, J. Zhang, J. Song',
    title: 'Frequency Domain Model Augmentation for Adversarial Attack',
    venue: 'ECCV 2022',
    identifier: 'arXiv:2207.05382',
  },
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ ...common, ...spectrum }),
  create: (chosen) => transferAttack({ ...chosen, copies: [spectralOf(chosen)] }),
})

/** Structure Invariant Attack: Wang et al., algorithm 1. */
export const sia = defineMethod({
  name: 'sia',
  title: 'SIA',
  summary:
    'MI-FGSM with the gradients of copies whose blocks are changed, each in a way that leaves its structure, for transfer between models.',
  equation: `g = mean ∇J(T(x_t)), T changes each of s·s blocks at random; ${momentumStep}`,
  source: {
    authors: 'X. Wang, Z. Zhang, J. Zhang',
    title: 'Structure Invariant Transformation for better Adversarial Transferability',
    venue: 'ICCV 2023',
    identifier: 'arXiv:2309.14700',
  },
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ ...common, ...structure }),
  create: (chosen) => transferAttack({ ...chosen, copies: [structuresOf(chosen)] }),
})

/** Block Shuffle and Rotation: Wang et al., algorithm 1. */
export const bsr = defineMethod({
  name: 'bsr',
  title: 'BSR',
  summary:
    'MI-FGSM with the gradients of copies whose blocks change places and are turned, for transfer between models.',
  equation: `g = mean ∇J(T(x_t)), T shuffles n·n blocks and turns each by up to τ; ${momentumStep}`,
  source: {
    authors: 'K. Wang, X. He, W. Wang, X. Wang',
    title: 'Boosting Adversarial Transferability by Block Shuffle and Rotation',
    venue: 'CVPR 2024',
    identifier: 'arXiv:2308.10299',
  },
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ ...common, ...shuffling }),
  create: (chosen) => transferAttack({ ...chosen, copies: [shufflesOf(chosen)] }),
})

/** Penalizing Gradient Norm: Ge et al., algorithm 1. */
export const pgn = defineMethod({
  name: 'pgn',
  title: 'PGN',
  summary: 'MI-FGSM towards flat maxima: the norm of the gradient is penalised, for transfer between models.',
  equation: `g = mean ((1 − δ)·∇J(x′) + δ·∇J(x′ − α·∇J(x′) / mean|∇J(x′)|)), x′ uniform within ζ·ε of x_t; ${momentumStep}`,
  source: {
    authors: 'Z. Ge, H. Liu, X. Wang, F. Shang, Y. Liu',
    title: 'Boosting Adversarial Transferability by Achieving Flat Local Maxima',
    venue: 'NeurIPS 2023',
    identifier: 'arXiv:2306.05225',
  },
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ ...common, ...flatness }),
  create: (chosen) => transferAttack({ ...chosen, flatness: chosen }),
})

/** Names of parts, in the order in which they work on an image and its gradient. */
const parts = ['ni', 'admix', 'si', 'ssa', 'sia', 'bsr', 'di', 'vt', 'pgn', 'ti', 'mi'] as const

type Part = (typeof parts)[number]

const composedSettings = z.strictObject({
  epsilon,
  with: z
    .string()
    .default('mi,di,ti')
    .refine((text) => namesIn(text).every(isPart), `expected some of ${parts.join(', ')}, parted by commas`)
    .refine(
      (text) => !['vt', 'pgn'].every((name) => namesIn(text).includes(name)),
      'expected vt or pgn, got both',
    )
    .refine(
      (text) => !namesIn(text).includes('ni') || namesIn(text).includes('mi'),
      'expected mi beside ni, which looks ahead by the momentum',
    )
    .describe(
      'What the attack is made of, parted by commas: mi (momentum), ni (looks ahead), di (diverse inputs), ti (smoothed gradients), si (scaled copies), vt (tuned by variance), admix, ssa, sia, bsr or pgn. Their order does not matter.',
    ),
  steps: steps(10, 'As in the papers.'),
  stepSize: optionalStepSize('epsilon / steps'),
  decay: decay(1, 'Of mi; as in the papers.'),
  ...diversity,
  ...translation,
  scales: scales(5, 'Of si, as in the paper.'),
  ...variance,
  ...admixture,
  ...spectrum,
  ...structure,
  ...shuffling,
  ...flatness,
})

type Composed = z.output<typeof composedSettings>

/** Any of the transfer attacks' parts together, in one loop. */
export const transfer = defineMethod({
  name: 'transfer',
  title: 'Transfer attack (composed)',
  summary:
    'Any parts of the transfer attacks in one loop: momentum, looking ahead, changed copies, smoothed or tuned gradients.',
  equation: `g = W∗(mean_i T_iᵀ∇J(f(T_i(x)), y) + v_t), each part where it is named; ${momentumStep}`,
  source: undefined,
  access: 'white-box',
  stacks: false,
  settings: composedSettings,
  create: (chosen) => {
    const names = new Set(namesIn(chosen.with))
    if (names.has('admix')) return withMixIns((pool) => transferAttack(composedOf(chosen, names, pool)))
    return transferAttack(composedOf(chosen, names, []))
  },
})

function namesIn(text: string): string[] {
  return text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
}

function isPart(name: string): name is Part {
  return (parts as readonly string[]).includes(name)
}

function composedOf(chosen: Composed, names: ReadonlySet<string>, pool: readonly MixIn[]): TransferParts {
  const copiesOf: Partial<Record<Part, () => Copies>> = {
    admix: () => admixed(chosen.mixed, chosen.portion, pool),
    si: () => scaled(chosen.scales),
    ssa: () => spectralOf(chosen),
    sia: () => structuresOf(chosen),
    bsr: () => shufflesOf(chosen),
    di: () => diverse(chosen),
  }
  const copies = parts.flatMap((name) => (names.has(name) ? (copiesOf[name]?.() ?? []) : []))
  return {
    ...{ epsilon: chosen.epsilon, steps: chosen.steps, stepSize: chosen.stepSize },
    decay: names.has('mi') ? chosen.decay : 0,
    ahead: names.has('ni'),
    ...(copies.length > 0 && { copies }),
    ...(names.has('ti') && { kernel: gaussianOf(chosen) }),
    ...(names.has('vt') && { variance: chosen }),
    ...(names.has('pgn') && { flatness: chosen }),
  }
}

/** ξ has the budget's standard deviation, as in the paper. */
function spectralOf({ spectra, spread, epsilon }: Pick<Composed, 'spectra' | 'spread' | 'epsilon'>): Copies {
  return spectral({ count: spectra, noise: epsilon, spread })
}

function structuresOf({ structures, cuts }: Pick<Composed, 'structures' | 'cuts'>): Copies {
  return changedBlocks({ count: structures, blocks: cuts })
}

function shufflesOf({
  shuffles,
  blocks,
  degrees,
}: Pick<Composed, 'shuffles' | 'blocks' | 'degrees'>): Copies {
  return shuffledBlocks({ count: shuffles, blocks, degrees })
}

/** A method that first collects images which it mixes into those it attacks. */
function withMixIns(create: (pool: readonly MixIn[]) => UnnamedMethod): UnnamedMethod {
  return {
    ...create([]),
    prepare: {
      over: 'cohort',
      perPixel: true,
      learn: mixInsOf,
      apply: (learned) => {
        if (learned.kind !== 'mix-ins') throw internalError('images to be mixed in were to be collected')
        return create(learned.images)
      },
    },
    begin: () => {
      throw internalError('images were mixed in before they were collected')
    },
  }
}

import { methodNamed } from '../../core/attacks/attack-methods.ts'
import { scaledBudget } from '../../core/image/budget.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { contextOf } from '../../core/model/context.ts'
import type { ComparisonSpec } from '../../core/spec/comparison-spec.ts'
import type { Protocol, ProtocolStep } from '../../core/spec/protocols.ts'

/** A protocol for some models. */
export interface PlannedProtocol {
  readonly protocol: Protocol
  readonly epsilon: string
  readonly steps: readonly ProtocolStep[]
  /** Methods that one of the models does not take. */
  readonly leftOut: { method: string; why: string }[]
}

/**
 * The steps that all of the models take and that fit all images; of a study that is not read yet, those that fit
 * any. @param modalities of the images, '' where one says none @throws RadversaryError usage for a budget that there is not */
export function planSteps(
  protocol: Protocol,
  {
    cards,
    epsilon = protocol.epsilon,
    modalities = [],
  }: {
    readonly cards: readonly ModelCard[]
    readonly epsilon?: string | undefined
    readonly modalities?: readonly string[] | undefined
  },
): PlannedProtocol {
  const fitting = protocol.steps.filter((step) => fits(step, modalities))
  const obstacles = fitting.map((step) => ({
    step,
    why: cards.flatMap((card) => obstacleOf(step, card))[0],
  }))
  return {
    protocol,
    epsilon: scaledBudget(epsilon, 1),
    steps: obstacles.flatMap(({ step, why }) => (why === undefined ? [step] : [])),
    leftOut: [
      ...obstacles.flatMap(({ step, why }) => (why === undefined ? [] : [{ method: step.method, why }])),
      ...unfitting(protocol, fitting, modalities),
    ],
  }
}

function fits({ modalities }: ProtocolStep, ofImages: readonly string[]): boolean {
  if (modalities === undefined) return true
  return ofImages.length > 0 && ofImages.every((one) => modalities.includes(one))
}

/** Why no corruption of a modality is among the steps, where there is none for the study's images. */
function unfitting(
  { steps }: Protocol,
  fitting: readonly ProtocolStep[],
  modalities: readonly string[],
): PlannedProtocol['leftOut'] {
  const isOfOne = (step: ProtocolStep) => step.modalities !== undefined
  if (modalities.length === 0 || !steps.some(isOfOne) || fitting.some(isOfOne)) return []
  const seen = [...new Set(modalities)].map((one) => (one === '' ? 'no modality' : one)).sort()
  return [{ method: 'corruptions of a modality', why: `The study’s images are of ${seen.join(' and ')}.` }]
}

function obstacleOf({ method, tasks }: ProtocolStep, card: ModelCard): string[] {
  const entry = methodNamed(method)
  const takes = (list: readonly string[] | undefined) => list === undefined || list.includes(card.task)
  if (!takes(tasks) || !takes(entry.tasks)) return [`It is not for models of ${card.task}.`]
  if (contextOf(card) > 0 && !entry.stacks)
    return ['It does not take models whose predictions depend on neighbouring slices.']
  return []
}

/** The comparison that a protocol is. */
export function comparedBy(
  { protocol, epsilon, steps }: PlannedProtocol,
  models: number,
): Pick<ComparisonSpec, 'methods' | 'budgets' | 'transfer'> {
  return {
    methods: steps.map(({ method, at, settings }) => ({
      name: method,
      settings: at === 'budget' ? { ...settings, epsilon } : settings,
    })),
    budgets: { Linf: protocol.curve.map((part) => scaledBudget(epsilon, part)), L2: [] },
    transfer: protocol.transfer && models > 1,
  }
}

import {
  boxesLost,
  falseBoxes,
  nothingFound,
  wrongClass,
  type BoxJudge,
} from '../../core/tasks/detection/criteria.ts'
import type { Criterion } from '../../core/tasks/classification/criteria.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import { anchorLossOfHead } from '../../core/tasks/detection/losses.ts'
import {
  anchorTargets,
  asClass,
  asFalsePositives,
  asLabelled,
  asNothing,
  type SayAnchors,
} from '../../core/tasks/detection/targets.ts'
import { detectorOf, objectsOf, type DetectionCard } from '../../core/tasks/detection/detector.ts'
import { sampleOf, tensor } from '../../core/tensor/tensor.ts'
import { classIndex } from '../../core/tasks/class-names.ts'
import type { FrameLabel } from '../labels/labels.ts'
import type { GoalMaker } from './goal.ts'

/** What an attack on a detector is after. */
export type BoxChoice =
  | { readonly kind: 'away' }
  | { readonly kind: 'vanish' }
  | { readonly kind: 'false-positives'; readonly least: number }
  | { readonly kind: 'class'; readonly wanted: number }

/** What a user wants, in words: `vanish`, `false-positives`, `class:NAME` or NAME. */
export interface BoxRequest {
  readonly target?: string | undefined
  /** `boxes>=N`, of false positives. */
  readonly criterion?: string | undefined
}

/** @throws RadversaryError usage for a class, or a criterion, that there is not. */
export function boxChoice({ output }: DetectionCard, { target, criterion }: BoxRequest): BoxChoice {
  if (target === 'false-positives') return { kind: target, least: leastBoxes(criterion) }
  if (criterion !== undefined)
    throw new RadversaryError(
      'usage',
      `Criterion: expected none but for false positives, got "${criterion}"`,
      {
        tip: 'For a number of boxes, e.g. --target false-positives --criterion "boxes>=5".',
      },
    )
  if (target === undefined) return { kind: 'away' }
  if (target === 'vanish') return { kind: target }
  const wanted = classIndex(target.replace(/^class:/, ''), output.classes)
  if (objectsOf(output).includes(wanted)) return { kind: 'class', wanted }
  throw new RadversaryError(
    'usage',
    `Class: expected one that is looked for, got the background "${target}"`,
    {
      tip: 'For boxes that are lost use --target vanish.',
    },
  )
}

function leastBoxes(criterion: string | undefined): number {
  if (criterion === undefined) return 1
  const [, number] = /^\s*boxes\s*>=\s*(\d+)\s*$/.exec(criterion) ?? []
  if (Number(number) > 0) return Number(number)
  throw new RadversaryError('usage', `Criterion: expected boxes>=N, N above 0, got "${criterion}"`)
}

/** The choice's name in records; null for an attack away from the label. */
export function choiceName(choice: BoxChoice, classes: readonly string[]): string | null {
  if (choice.kind === 'away') return null
  return choice.kind === 'class' ? (classes[choice.wanted] ?? null) : choice.kind
}

interface Aim {
  readonly wanted: SayAnchors
  readonly targeted: boolean
  readonly criterion: (judge: BoxJudge) => Criterion
}

/**
 * Away from the labelled boxes, or towards what is wanted. Anchors are matched by the boxes that they have in
 * the clean image.
 */
export function boxGoals(card: DetectionCard, choice: BoxChoice): GoalMaker {
  const { wanted, targeted, criterion } = aimOf(choice)
  return {
    criterion: criterion({ labels: [], read: () => [] }).name,
    of: (frameLabels, { image, logits, clean }) => {
      const detector = detectorOf(card, image, logits)
      const labels = frameLabels.map(boxesOfLabel)
      const samples = labels.map((boxes, n) => {
        const row = clean === undefined ? undefined : sampleOf(clean, n).data
        return row && { boxes: detector.boxesOfAnchors(row), logits: row, labels: boxes }
      })
      const known = samples.flatMap((sample) => sample ?? [])
      return {
        loss: anchorLossOfHead(card.output),
        targets:
          clean === undefined
            ? tensor([labels.length, ...logits.slice(1)])
            : anchorTargets(card.output, known, wanted),
        targeted,
        criterion: criterion({ labels, read: (values) => detector.detections(values) }),
      }
    },
  }
}

function aimOf(choice: BoxChoice): Aim {
  switch (choice.kind) {
    case 'away':
      return { wanted: asLabelled, targeted: false, criterion: boxesLost }
    case 'vanish':
      return { wanted: asNothing, targeted: true, criterion: nothingFound }
    case 'false-positives':
      return {
        wanted: asFalsePositives,
        targeted: true,
        criterion: (judge) => falseBoxes(judge, choice.least),
      }
    case 'class':
      return {
        wanted: asClass(choice.wanted),
        targeted: true,
        criterion: (judge) => wrongClass(judge, choice.wanted),
      }
  }
}

function boxesOfLabel({ boxes }: FrameLabel) {
  if (boxes === undefined) throw internalError('a detection has a label without boxes')
  return boxes
}

import type { Criterion } from '../../attacks/decision-boundary.ts'
import { internalError, RadversaryError } from '../../errors.ts'
import { type Box, boxIou, isSameThing, type LabelledBox, sameThing } from '../../image/boxes.ts'
import type { CardOf } from '../../model/card.ts'
import type { GoalSpec } from '../../spec/attack-spec.ts'
import { sampleOf, tensor } from '../../tensor/tensor.ts'
import type { FrameLabel } from '../answers.ts'
import { classIndex } from '../class-names.ts'
import { type GoalMaker, refuse, type TaskGoal } from '../goal.ts'
import { type DetectionCard, detectorOf, objectsOf } from './detector.ts'
import { anchorLossOfHead } from './losses.ts'
import {
  anchorTargets,
  asClass,
  asFalsePositives,
  asLabelled,
  asNothing,
  type SayAnchors,
} from './targets.ts'

/** What judging boxes takes. All lie in the image's own pixels. */
export interface BoxJudge {
  /** Per sample. */
  readonly labels: readonly (readonly LabelledBox[])[]
  /** What one sample's logits show. */
  readonly read: (logits: Float32Array) => readonly Box[]
}

/**
 * No labelled box is found: none of its class overlaps it by an IoU of 0.5. Where the label shows none, any
 * box is enough.
 */
export function boxesLost({ labels, read }: BoxJudge): Criterion {
  return criterion('no labelled box found (IoU 0.5)', { labels, read }, (found, wanted) =>
    wanted.length === 0 ? found.length > 0 : !wanted.some((label) => isFound(label, found)),
  )
}

/** No score reaches the threshold. */
export function nothingFound(judge: BoxJudge): Criterion {
  return criterion('no box found', judge, (found) => found.length === 0)
}

/** At least so many boxes where the label shows none of any class (IoU 0.5). */
export function falseBoxes(judge: BoxJudge, least: number): Criterion {
  return criterion(`at least ${least} boxes where there are none (IoU 0.5)`, judge, (found, labels) => {
    const wrong = found.filter((box) => !labels.some((label) => boxIou(label, box) >= sameThing))
    return wrong.length >= least
  })
}

/**
 * Every labelled box of another class is found as the wanted class, and not as its own (IoU 0.5). Not met
 * where there is no such box.
 */
export function wrongClass(judge: BoxJudge, wanted: number): Criterion {
  return criterion('every labelled box found as the wanted class (IoU 0.5)', judge, (found, labels) => {
    const others = labels.filter((label) => label.class !== wanted)
    const isMistaken = (label: LabelledBox) =>
      isFound({ ...label, class: wanted }, found) && !isFound(label, found)
    return others.length > 0 && others.every(isMistaken)
  })
}

function criterion(
  name: string,
  { labels, read }: BoxJudge,
  isMet: (found: readonly Box[], labels: readonly LabelledBox[]) => boolean,
): Criterion {
  return { name, isMet: (logits, sample) => isMet(read(logits), labels[sample] ?? []) }
}

function isFound(label: LabelledBox, found: readonly Box[]): boolean {
  return found.some((box) => isSameThing(box, label))
}

/** Goals beside classes. */
export const boxWords = ['vanish', 'false-positives'] as const

/** What an attack on a detector is after. */
export type BoxChoice =
  | { readonly kind: 'away' }
  | { readonly kind: 'vanish' }
  | { readonly kind: 'false-positives'; readonly least: number }
  | { readonly kind: 'class'; readonly wanted: number }

type BoxRequest = Pick<GoalSpec, 'target' | 'criterion'>

/** @throws RadversaryError usage for a class, or a criterion, that there is not. */
function boxChoice({ output }: DetectionCard, { target, criterion }: BoxRequest): BoxChoice {
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
function choiceName(choice: BoxChoice, classes: readonly string[]): string | null {
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
function boxGoals(card: DetectionCard, choice: BoxChoice): GoalMaker {
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

function boxesOfLabel(label: FrameLabel): readonly LabelledBox[] {
  if (label.kind === 'boxes') return label.boxes
  throw internalError('a detection has a label without boxes')
}

/** @throws RadversaryError usage for a class, or a criterion, that there is not. */
export function detectionGoal(card: CardOf<'detection'>, request: GoalSpec): TaskGoal {
  refuse('a detection', request, ['targetMasks', 'loss'])
  const choice = boxChoice(card, request)
  return { maker: boxGoals(card, choice), target: choiceName(choice, card.output.classes), loss: undefined }
}

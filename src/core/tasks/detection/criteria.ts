import { boxIou, isSameThing, sameThing, type Box, type LabelledBox } from '../../image/boxes.ts'
import type { Criterion } from '../../attacks/criterion.ts'

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

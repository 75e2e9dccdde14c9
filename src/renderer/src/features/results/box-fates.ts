import type { FrameReport } from '../../../../engine/export/image-result.ts'

type FrameBoxes = NonNullable<FrameReport['boxes']>

/** What became of a labelled box, or of a box where none is labelled. */
export type Fate = 'kept' | 'lost' | 'missed' | 'gained' | 'removed' | 'added'

/** One thing of an image. */
export interface BoxFate {
  readonly box: FrameBoxes['label'][number]
  readonly fate: Fate
  /** Scores of the boxes that find it; null where none does. */
  readonly before: number | null
  readonly after: number | null
}

/**
 * Labelled boxes in their order, then the false positives of the original, then those of the adversarial
 * image.
 */
export function boxFates({ label, before, after }: FrameBoxes): BoxFate[] {
  const scoreIn = (found: FrameBoxes['before'], index: number) =>
    found.find(({ finds }) => finds === index)?.score ?? null
  const labelled = label.map((box, index) => {
    const scores = { before: scoreIn(before, index), after: scoreIn(after, index) }
    return { box, ...scores, fate: fateOf(scores) }
  })
  const wrong = (found: FrameBoxes['before']) => found.filter(({ finds }) => finds === null)
  return [
    ...labelled,
    ...wrong(before).map((box): BoxFate => ({ box, fate: 'removed', before: box.score, after: null })),
    ...wrong(after).map((box): BoxFate => ({ box, fate: 'added', before: null, after: box.score })),
  ]
}

function fateOf({ before, after }: Pick<BoxFate, 'before' | 'after'>): Fate {
  if (before === null) return after === null ? 'missed' : 'gained'
  return after === null ? 'lost' : 'kept'
}

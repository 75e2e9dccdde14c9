import type { Defence, DefenceKind, DefenceStep } from './defence.ts'

/** What a page can ask of a defence, without the schema's library. */

/** Steps that are drawn anew for each prediction. */
type DrawnStep = Extract<DefenceStep, { readonly votes: number }>

export interface DefendedCard {
  readonly defence?: Defence | undefined
}

/** The steps on the image's own grid, before anything else, and those on the grid of the input. */
export function defencesAt({ defence = [] }: DefendedCard, place: DefenceStep['at']): Defence {
  return defence.filter((one) => one.at === place)
}

export function isDrawn(one: DefenceStep): one is DrawnStep {
  return 'votes' in one
}

export function isRandom({ defence = [] }: DefendedCard): boolean {
  return defence.some(isDrawn)
}

/** How many draws a prediction is the vote of. */
export function votesOf({ defence = [] }: DefendedCard): number {
  return Math.max(1, ...defence.filter(isDrawn).map(({ votes }) => votes))
}

/** The card of the network without its defence. */
export function undefended<Card extends DefendedCard>(card: Card): Card {
  return { ...card, defence: undefined }
}

/** What is taken for a step's gradient. */
export const gradientWays = {
  exact: 'its own',
  bpda: 'the identity (BPDA)',
  eot: 'the mean over draws (EOT)',
} as const
export type GradientWay = keyof typeof gradientWays

/**
 * Each kind's name, and how its gradient comes: the one table. `bpda`: its own derivative is 0 or unknown.
 */
export const defenceKinds = {
  jpeg: { title: 'JPEG', way: 'bpda' },
  'bit-depth': { title: 'bit depth', way: 'bpda' },
  median: { title: 'median filter', way: 'exact' },
  gaussian: { title: 'Gaussian filter', way: 'exact' },
  'total-variation': { title: 'total variation', way: 'bpda' },
  'resize-pad': { title: 'random resize and pad', way: 'eot' },
  noise: { title: 'Gaussian noise', way: 'eot' },
} as const satisfies Record<DefenceKind, { readonly title: string; readonly way: GradientWay }>

/** "JPEG (quality 75)" */
export function defenceText(one: DefenceStep): string {
  return `${defenceKinds[one.kind].title} (${strengthOf(one)}${one.at === 'image' ? ', on the image' : ''})`
}

function strengthOf(one: DefenceStep): string {
  switch (one.kind) {
    case 'jpeg':
      return `quality ${one.quality}`
    case 'bit-depth':
      return `${one.bits} bits`
    case 'median':
      return `${one.size} x ${one.size}`
    case 'gaussian':
      return `sigma ${one.sigma}`
    case 'total-variation':
      return `weight ${one.weight}`
    case 'resize-pad':
      return `from ${one.smallest} of the size, ${one.votes} votes`
    case 'noise':
      return `sigma ${one.sigma}, ${one.votes} votes`
  }
}

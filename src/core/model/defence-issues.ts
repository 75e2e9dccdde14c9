import { issuesIn, type FoundIssue, type IssueRow } from './issue-table.ts'
import { saysOfValues } from './channel-list.ts'
import { seriesChannels } from './context.ts'
import { isDrawn, type DefendedCard } from './defence-steps.ts'

interface CheckedCard extends DefendedCard {
  readonly clip?: boolean | undefined
  readonly input: { readonly volume?: unknown } & Parameters<typeof seriesChannels>[0]
  readonly normalisation?: readonly { readonly at: string }[] | undefined
}

/** What of a card contradicts its defence about the images that come to it. */
export function defenceIssues({ defence, clip, input, normalisation = [] }: CheckedCard): FoundIssue[] {
  if (defence === undefined) return []
  const first = defence.findIndex((one) => one.at === 'input')
  const late = defence.findIndex(
    (one, n) => one.at === 'image' && defence.slice(0, n).some((before) => before.at === 'input'),
  )
  const isElsewhere = input.volume !== undefined || normalisation.some((one) => one.at === 'image')
  const issues: IssueRow[] = [
    [
      clip === false || seriesChannels(input).some(saysOfValues),
      ['defence'],
      'expected values that are clipped, of series without ranges of their own: steps work on 0 to 1',
    ],
    [
      first >= 0 && isElsewhere,
      ['defence', first, 'at'],
      'expected "image": beside input.volume, and after a normalisation at the image, there are no values of 0 to 1 at the input',
    ],
    [late >= 0, ['defence', late, 'at'], 'expected "input": a step before it is at the input'],
  ]
  return issuesIn(issues)
}

interface AnsweringCard extends DefendedCard {
  readonly task: string
}

/**
 * What contradicts the defence of what the model answers. @param isDense whether there is an answer for each
 * pixel
 */
export function answerIssues({ defence = [], task }: AnsweringCard, isDense: boolean): FoundIssue[] {
  const isPlaced = isDense || task === 'detection'
  return defence.flatMap((one, n): FoundIssue[] => {
    if (one.kind === 'resize-pad' && isPlaced)
      return [
        {
          path: ['defence', n, 'kind'],
          message: 'expected a step that leaves every pixel in its place: the model answers for places',
        },
      ]
    if (isDrawn(one) && one.votes > 1 && task === 'detection')
      return [
        { path: ['defence', n, 'votes'], message: 'expected 1: boxes of several draws are not one answer' },
      ]
    return []
  })
}

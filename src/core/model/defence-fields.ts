import type { CardField } from './card-fields.ts'
import { issuesIn, type FoundIssue, type IssueRow } from './issue-table.ts'
import { saysOfValues } from './channel-list.ts'
import { seriesChannels } from './context.ts'
import { isDrawn, type DefendedCard } from './defence-steps.ts'

/** What there is to say of a model's defence, and of each of its steps. */
export const defenceFields: readonly CardField[] = [
  {
    field: 'defence',
    label: 'Defence',
    reason: 'What is done to images against attacks; predictions and attacks see it.',
    example: '[{"kind": "jpeg", "quality": 75}]',
  },
  {
    field: 'defence[]',
    label: 'Defence step',
    reason: 'Steps are taken in their order, on values from 0 to 1.',
    example: '{"kind": "jpeg", "quality": 75}',
  },
  {
    field: 'defence[].kind',
    label: 'What is done',
    reason:
      'It also decides how gradients come through: by its derivative, as if it were not there, or as a mean over draws.',
    example: '"jpeg"',
    choices: {
      jpeg: 'JPEG, and back',
      'bit-depth': 'Fewer levels',
      median: 'Median filter',
      gaussian: 'Gaussian filter',
      'total-variation': 'Total variation minimised',
      'resize-pad': 'Resized and padded at random',
      noise: 'Gaussian noise',
    },
  },
  {
    field: 'defence[].at',
    label: 'Where',
    reason: 'A filter of three pixels is another on a large image than on the network’s input.',
    example: '"input"',
    choices: { image: 'on the image, before it is resized', input: 'on the input, after that' },
  },
  { field: 'defence[].quality', label: 'Quality', reason: '1 to 100, as of libjpeg.', example: '75' },
  {
    field: 'defence[].bits',
    label: 'Bits',
    reason: 'Two to the power of them levels are left.',
    example: '4',
  },
  {
    field: 'defence[].size',
    label: 'Pixels',
    reason: 'Side of the window that the median is taken of.',
    example: '3',
  },
  {
    field: 'defence[].sigma',
    label: 'Standard deviation',
    reason: 'Of a filter in pixels; of noise as a part of the range.',
    example: '0.25',
  },
  { field: 'defence[].weight', label: 'Weight', reason: 'The more, the smoother.', example: '0.1' },
  { field: 'defence[].iterations', label: 'Iterations', reason: 'Of the minimisation.', example: '50' },
  {
    field: 'defence[].smallest',
    label: 'Least size',
    reason: 'As a part of the image’s own.',
    example: '0.9',
  },
  {
    field: 'defence[].votes',
    label: 'Votes',
    reason: 'A prediction is the mean of the probabilities of so many draws.',
    example: '16',
  },
  {
    field: 'defence[].seed',
    label: 'Seed',
    reason: 'The same seed and image give the same draws.',
    example: '0',
  },
]

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

import { expect, test } from 'vitest'
import type { ScannedInstance } from '../../adapters/fs/scan.ts'
import { blocksIn, blocksOf, imageGroups } from './image-groups.ts'
import type { StudyImage } from './open-study.ts'

interface Facts {
  readonly series?: number
  readonly rows?: number
  readonly numberOfFrames?: number
  readonly photometricInterpretation?: string
}

const image = ({ series = 0, ...header }: Facts): StudyImage => ({
  header: {
    rows: 8,
    columns: 8,
    numberOfFrames: 1,
    photometricInterpretation: 'MONOCHROME2',
    ...header,
  } as ScannedInstance,
  name: '',
  sopInstanceUid: '',
  series,
  stack: series,
})

test.each<[string, Facts[], number[]]>([
  ['images of one kind go together up to the batch', [{}, {}, {}, {}, {}], [3, 2]],
  ['they are parted evenly', Array.from({ length: 7 }, () => ({})), [3, 2, 2]],
  [
    'another size begins anew, and so does the first size after it',
    [{}, { rows: 9 }, { rows: 9 }, {}],
    [1, 2, 1],
  ],
  ['another series begins anew', [{}, {}, { series: 1 }], [2, 1]],
  ['so does another photometric interpretation', [{}, { photometricInterpretation: 'MONOCHROME1' }], [1, 1]],
  [
    'a multi-frame image is by itself',
    [{}, { numberOfFrames: 5 }, { numberOfFrames: 5 }, {}, {}],
    [1, 1, 1, 2],
  ],
  ['no image makes no group', [], []],
])('%s', (_name, facts, sizes) => {
  const images = facts.map(image)
  const groups = imageGroups(images, { most: 3 })
  expect(groups.map((group) => group.length)).toEqual(sizes)
  expect(groups.flat()).toEqual(images)
})

test.each([
  [28, 8, [7, 7, 7, 7]],
  [24, 8, [6, 6, 6, 6]],
  [5, 8, [3, 2]],
  [1, 8, [1]],
  [9, 4, [3, 2, 2, 2]],
])('%i images in groups of %i at most keep two busy to the end', (count, most, sizes) => {
  const images = Array.from({ length: count }, () => image({}))
  expect(imageGroups(images, { most, atATime: 2 }).map((group) => group.length)).toEqual(sizes)
})

test('a stack is parted into blocks, each with the slices that it depends on', () => {
  const blocks = blocksOf(['a', 'b', 'c', 'd', 'e', 'f', 'g'], { most: 3, context: 2 })
  expect(blocks.map(({ before, own, after }) => [before, own, after].map((part) => part.join('')))).toEqual([
    ['', 'abc', 'de'],
    ['bc', 'de', 'fg'],
    ['de', 'fg', ''],
  ])
})

test('chosen slices that follow each other make a block, whose context is of the whole stack', () => {
  const stack = Array.from({ length: 6 }, () => image({}))
  const chosen = [1, 2, 5].flatMap((at) => stack[at] ?? [])
  const places = (images: readonly StudyImage[]) => images.map((one) => stack.indexOf(one))
  const blocks = blocksIn(stack, chosen, { most: 8, context: 1 })
  expect(blocks.map(({ before, own, after }) => [before, own, after].map(places))).toEqual([
    [[0], [1, 2], [3]],
    [[4], [5], []],
  ])
})

test('a volume is one block, whichever of its slices are chosen', () => {
  const stack = Array.from({ length: 6 }, () => image({}))
  const chosen = [1, 2, 5].flatMap((at) => stack[at] ?? [])
  expect(blocksIn(stack, chosen, { most: 8, context: Infinity })).toEqual([
    { before: [], own: stack, after: [] },
  ])
  expect(blocksIn(stack, [], { most: 8, context: Infinity })).toEqual([])
})

test('images that depend on themselves alone have nothing around them, and go together whatever lies between', () => {
  const images = Array.from({ length: 5 }, () => image({}))
  const chosen = [0, 2, 4].flatMap((at) => images[at] ?? [])
  expect(blocksIn(images, chosen, { most: 8, context: 0 })).toEqual([{ before: [], own: chosen, after: [] }])
})

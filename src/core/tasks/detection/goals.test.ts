import { expect, test } from 'vitest'
import type { Box, LabelledBox } from '../../image/boxes.ts'
import { boxesLost, type BoxJudge, falseBoxes, nothingFound, wrongClass } from './goals.ts'

const label = (x0: number, of = 0): LabelledBox => ({ class: of, x0, y0: 0, x1: x0 + 10, y1: 10 })
const box = (x0: number, of = 0): Box => ({ ...label(x0, of), score: 0.9 })

/** One sample with these labels whose logits, whatever they are, show these boxes. */
const judge = (labels: LabelledBox[], found: Box[]): BoxJudge => ({ labels: [labels], read: () => found })
const nothing = new Float32Array()

test.each<[string, LabelledBox[], Box[], boolean]>([
  ['a box of its class at its place', [label(0), label(50)], [box(3)], false],
  ['boxes of another class or elsewhere', [label(0), label(50)], [box(0, 1), box(4), box(100)], true],
  ['no box', [label(0)], [], true],
  ['any box where none is labelled', [], [box(0)], true],
  ['no box where none is labelled', [], [], false],
])('labelled boxes are lost: %s', (_, labels, found, isMet) => {
  expect(boxesLost(judge(labels, found)).isMet(nothing, 0)).toBe(isMet)
})

test('nothing is found where there is no box', () => {
  expect(nothingFound(judge([label(0)], [])).isMet(nothing, 0)).toBe(true)
  expect(nothingFound(judge([label(0)], [box(90)])).isMet(nothing, 0)).toBe(false)
})

test('false boxes lie where nothing is labelled, whatever their class', () => {
  const found = [box(1, 1), box(40), box(80)]
  expect(falseBoxes(judge([label(0)], found), 2).isMet(nothing, 0)).toBe(true)
  expect(falseBoxes(judge([label(0)], found), 3).isMet(nothing, 0)).toBe(false)
})

test.each<[string, LabelledBox[], Box[], boolean]>([
  ['as it only', [label(0)], [box(1, 1)], true],
  ['as it and as its own', [label(0)], [box(1, 1), box(2)], false],
  ['as it elsewhere', [label(0)], [box(6, 1)], false],
  ['one of two', [label(0), label(50)], [box(0, 1)], false],
  ['both, where one is of it already', [label(0), label(50, 1)], [box(0, 1)], true],
  ['none where all are of it', [label(0, 1)], [box(0, 1)], false],
])('the wanted class is found in place of a label: %s', (_, labels, found, isMet) => {
  expect(wrongClass(judge(labels, found), 1).isMet(nothing, 0)).toBe(isMet)
})

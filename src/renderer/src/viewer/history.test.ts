import { expect, test } from 'vitest'
import { createHistory } from './history.ts'

const history = () => createHistory<readonly number[]>([], String)

test('what was done is undone and done again, one by one', () => {
  const { keep, undo, redo } = history()
  for (const state of [[1], [1, 2]]) keep(state)
  expect([undo(), undo(), undo()]).toEqual([[1], [], undefined])
  expect([redo(), redo(), redo()]).toEqual([[1], [1, 2], undefined])
})

test('what was undone is forgotten once something else is done', () => {
  const { keep, undo, redo } = history()
  for (const state of [[1], [1, 2]]) keep(state)
  undo()
  keep([1, 3])
  expect([redo(), undo()]).toEqual([undefined, [1]])
})

test('a state that is as before is none', () => {
  const { keep, undo } = history()
  for (const state of [[1], [1], [1]]) keep(state)
  expect([undo(), undo()]).toEqual([[], undefined])
})

test('old states are forgotten first', () => {
  const { keep, undo } = history()
  for (let i = 1; i <= 500; i++) keep([i])
  let undone = 0
  while (undo() !== undefined) undone++
  expect(undone).toBe(199)
})

import { expect, test } from 'vitest'
import {
  baseKind,
  comparison,
  emptyPane,
  sidesOf,
  scrolled,
  withLayout,
  withoutStudy,
  type Pane,
} from './panes.ts'

const ct = { study: 'a', series: 0 }
const mr = { study: 'b', series: 2 }
const pane = (slice: number, changes: Partial<Pane> = {}): Pane => ({
  series: ct,
  kind: 'original',
  slice,
  ...changes,
})
const countOf = ({ study }: { study: string }) => (study === 'a' ? 28 : 10)

test('a layout is rows by columns', () => {
  expect(sidesOf('1x4')).toEqual({ rows: 1, columns: 4 })
})

test('a perturbation and a divided viewport lie on the original', () => {
  expect((['original', 'perturbation', 'swipe'] as const).map(baseKind)).toEqual(Array(3).fill('original'))
  expect((['adversarial', 'smoothed'] as const).map(baseKind)).toEqual(['adversarial', 'smoothed'])
})

test('more panes continue what the first one shows; where kinds are compared, with the next kind', () => {
  expect(withLayout([pane(5)], '1x2', false)).toEqual([pane(5), pane(5)])
  expect(withLayout([pane(5)], '2x2', true).map(({ kind }) => kind)).toEqual([
    'original',
    'adversarial',
    'perturbation',
    'smoothed',
  ])
  expect(withLayout(comparison(ct, 3, 4), '1x1', true)).toEqual([pane(3)])
})

test('linked panes scroll together and stop at their own ends', () => {
  const panes = [pane(4), pane(4, { kind: 'adversarial' }), pane(9, { series: mr })]
  expect(scrolled(panes, 0, 6, { linked: true, countOf }).map(({ slice }) => slice)).toEqual([6, 6, 9])
  expect(scrolled(panes, 0, 6, { linked: false, countOf }).map(({ slice }) => slice)).toEqual([6, 4, 9])
})

test('scrolling beyond the end moves the others only as far as the pane itself', () => {
  const panes = [pane(26), pane(3)]
  expect(scrolled(panes, 0, 99, { linked: true, countOf }).map(({ slice }) => slice)).toEqual([27, 4])
  const atEnd = [pane(27)]
  expect(scrolled(atEnd, 0, 99, { linked: true, countOf })).toBe(atEnd)
})

test('a pane without a series does not scroll', () => {
  const panes = [emptyPane]
  expect(scrolled(panes, 0, 5, { linked: true, countOf })).toBe(panes)
})

test('closing a study empties its panes alone', () => {
  expect(withoutStudy([pane(4), pane(2, { series: mr })], 'a')).toEqual([emptyPane, pane(2, { series: mr })])
})

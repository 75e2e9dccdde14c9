import { expect, test } from 'vitest'
import { useUi } from '../state/ui-store.ts'
import { panesOf, readView, viewOf } from './session-view.ts'

const series = { study: 'a', series: 0 }

test('a view survives being written as JSON', () => {
  const view = viewOf({
    ...useUi.getInitialState(),
    layout: '1x2',
    panes: [
      { series, kind: 'original', slice: 3 },
      {
        series,
        kind: 'original',
        slice: 3,
        plane: { name: 'coronal', turn: { aboutRows: 10, aboutColumns: 0 }, point: [1, 2, 3] },
      },
      { series: undefined, kind: 'original', slice: 0 },
    ],
    model: 'phantom',
  })
  expect(readView(JSON.parse(JSON.stringify(view)))).toEqual(JSON.parse(JSON.stringify(view)))
})

test('a plane comes back, without the place that it looked at; a panel that was hidden by width does not', () => {
  const { panes, sides } = viewOf({
    ...useUi.getInitialState(),
    panes: [
      {
        series,
        kind: 'original',
        slice: 3,
        plane: { name: 'coronal', turn: { aboutRows: 10, aboutColumns: 0 }, point: [1, 2, 3] },
      },
    ],
    sides: { left: { isHidden: true, isByWidth: true }, right: { isHidden: true } },
  })
  expect(panesOf({ panes }, () => 28)[0]?.plane).toEqual({
    name: 'coronal',
    turn: { aboutRows: 10, aboutColumns: 0 },
    point: undefined,
  })
  expect([sides.left.isHidden, sides.right.isHidden]).toEqual([false, true])
})

test('a maximised viewport is kept as one of all', () => {
  const before = { layout: '1x2', panes: [], activePane: 1 } as const
  expect(viewOf({ ...useUi.getInitialState(), maximised: before })).toMatchObject(before)
})

test('what another version wrote is no view', () => {
  expect(readView({ layout: '9x9' })).toBeUndefined()
  expect(readView(null)).toBeUndefined()
})

test('places that are gone are empty; kinds need their run', () => {
  const panes = [
    { series, kind: 'adversarial', slice: 30 } as const,
    { series: { study: 'gone', series: 1 }, kind: 'adversarial', slice: 1 } as const,
  ]
  const countOf = ({ study }: { readonly study: string }) => (study === 'a' ? 28 : 0)
  expect(panesOf({ panes, run: 'r' }, countOf)[0]).toEqual({ series, kind: 'adversarial', slice: 27 })
  expect(panesOf({ panes }, countOf)).toEqual([
    { series, kind: 'original', slice: 27 },
    { series: undefined, kind: 'original', slice: 0 },
  ])
})

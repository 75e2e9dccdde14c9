import { beforeEach, expect, test } from 'vitest'
import { emptyPane } from './panes.ts'
import { setKind, setLayout, toggleMaximised, useUi } from './ui-store.ts'

const kinds = () => useUi.getState().panes.map(({ kind }) => kind)

beforeEach(() => {
  useUi.setState({ layout: '1x1', panes: [emptyPane], activePane: 0, maximised: undefined })
})

test('a viewport that was maximised comes back with what it shows by then', () => {
  setLayout('2x2')
  toggleMaximised(2)
  expect(useUi.getState()).toMatchObject({ layout: '1x1', activePane: 0 })
  setKind(0, 'perturbation')
  toggleMaximised(0)
  expect(useUi.getState()).toMatchObject({ layout: '2x2', activePane: 2, maximised: undefined })
  expect(kinds()).toEqual(['original', 'original', 'perturbation', 'original'])
})

test('a viewport that is alone is maximised already', () => {
  toggleMaximised(0)
  expect(useUi.getState().maximised).toBeUndefined()
})

test('another layout ends it', () => {
  setLayout('2x2')
  toggleMaximised(1)
  setLayout('1x2')
  expect(kinds()).toHaveLength(2)
  expect(useUi.getState().maximised).toBeUndefined()
})

import { expect, test } from 'vitest'
import { parseWindowState, usableBounds, type Bounds } from './window-state.ts'

const left: Bounds = { x: 0, y: 0, width: 1920, height: 1080 }
const right: Bounds = { x: 1920, y: 0, width: 3840, height: 2160 }
const state = (bounds: Bounds) => ({ bounds, isMaximized: false })

test('a window comes back where it was, on the second display too', () => {
  const bounds = { x: 2000, y: 100, width: 1500, height: 900 }
  expect(usableBounds(state(bounds), [left, right])).toEqual(bounds)
})

test('a window on a display that is gone is placed anew', () => {
  expect(usableBounds(state({ x: 2000, y: 100, width: 1500, height: 900 }), [left])).toBeUndefined()
  expect(usableBounds(state({ x: -1450, y: 0, width: 1500, height: 900 }), [left])).toBeUndefined()
})

test('a window is never larger than its display, nor beyond its edge, nor too small', () => {
  expect(usableBounds(state({ x: -10, y: -10, width: 4000, height: 3000 }), [left])).toEqual(left)
  expect(usableBounds(state({ x: 1000, y: 900, width: 1200, height: 800 }), [left])).toEqual({
    x: 720,
    y: 280,
    width: 1200,
    height: 800,
  })
  expect(usableBounds(state({ x: 0, y: 0, width: 200, height: 200 }), [left])).toMatchObject({
    width: 1024,
    height: 680,
  })
})

test('what is no window state is none', () => {
  for (const text of ['', '{}', 'null', '{"bounds":{"x":1,"y":"a","width":1,"height":1}}', '[1]'])
    expect(parseWindowState(text)).toBeUndefined()
  const text = JSON.stringify({ bounds: left, isMaximized: true })
  expect(parseWindowState(text)).toEqual({ bounds: left, isMaximized: true })
})

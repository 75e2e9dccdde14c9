import { expect, test } from 'vitest'
import { createLinkGroup } from './link.ts'
import { initialView, type View } from './view.ts'
import type { ViewportControl } from './viewport-control.ts'

function control(): ViewportControl {
  let view: View = initialView
  return {
    show: () => undefined,
    pixelAt: () => undefined,
    resize: () => undefined,
    dispose: () => undefined,
    scale: 1,
    frame: undefined,
    clearMeasurements: () => undefined,
    setView: (next) => {
      view = next
    },
    get view() {
      return view
    },
  }
}

const zoomed: View = { ...initialView, zoom: 3, window: { center: 1, width: 2 } }

test('a change in one linked viewport reaches the others', () => {
  const group = createLinkGroup()
  const [a, b] = [control(), control()]
  group.join(a)
  group.join(b)
  group.changed(a, zoomed)
  expect(b.view).toBe(zoomed)
  group.update(b, (view) => ({ ...view, rotation: 90 }))
  expect([a.view.rotation, b.view.rotation]).toEqual([90, 90])
})

test('viewports that are not linked keep their own', () => {
  const group = createLinkGroup()
  const [a, b] = [control(), control()]
  group.join(a)
  group.join(b)
  group.linked = false
  group.update(a, () => zoomed)
  expect(a.view).toBe(zoomed)
  expect(b.view).toBe(initialView)
})

test('a viewport that comes later takes the view of the others; one that has left hears nothing', () => {
  const group = createLinkGroup()
  const [a, b] = [control(), control()]
  const leave = group.join(a)
  group.update(a, () => zoomed)
  group.join(b)
  expect(b.view).toBe(zoomed)
  leave()
  group.changed(b, initialView)
  expect(a.view).toBe(zoomed)
})

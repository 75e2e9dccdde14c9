import { expect, test } from 'vitest'
import { createLinkGroup, type LinkedViewport } from './link.ts'
import { initialView, type View } from './view.ts'

function control(): LinkedViewport {
  let view: View = initialView
  return {
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
  group.join(a, 'acquired')
  group.join(b, 'acquired')
  group.changed(a, zoomed)
  expect(b.view).toBe(zoomed)
  group.update(b, (view) => ({ ...view, rotation: 90 }))
  expect([a.view.rotation, b.view.rotation]).toEqual([90, 90])
})

test('viewports that are not linked keep their own', () => {
  const group = createLinkGroup()
  const [a, b] = [control(), control()]
  group.join(a, 'acquired')
  group.join(b, 'acquired')
  group.linked = false
  group.update(a, () => zoomed)
  expect(a.view).toBe(zoomed)
  expect(b.view).toBe(initialView)
})

test('a viewport that comes later takes the view of the others; one that has left hears nothing', () => {
  const group = createLinkGroup()
  const [a, b] = [control(), control()]
  const leave = group.join(a, 'acquired')
  group.update(a, () => zoomed)
  group.join(b, 'acquired')
  expect(b.view).toBe(zoomed)
  leave()
  group.changed(b, initialView)
  expect(a.view).toBe(zoomed)
})

test('viewports of another plane take the window alone', () => {
  const group = createLinkGroup()
  const [axial, coronal, later] = [control(), control(), control()]
  group.join(axial, 'axial')
  group.join(coronal, 'coronal')
  group.changed(axial, zoomed)
  expect(coronal.view).toEqual({ ...initialView, window: zoomed.window })
  group.join(later, 'sagittal')
  expect(later.view).toEqual({ ...initialView, window: zoomed.window })
})

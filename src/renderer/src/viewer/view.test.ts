import { expect, test } from 'vitest'
import {
  fitScale,
  fromViewport,
  initialView,
  toViewport,
  type ViewContext,
  createLinkGroup,
  type LinkedViewport,
  type View,
} from './view.ts'

const context: ViewContext = {
  rows: 200,
  columns: 100,
  fit: 2,
  window: { center: 40, width: 400 },
  invert: false,
}

test('a view goes to cornerstone’s viewport and back', () => {
  const view = {
    zoom: 1.7,
    pan: { x: 0.1, y: -0.3 },
    rotation: 90,
    hflip: true,
    vflip: false,
    inverted: true,
    window: { center: -600, width: 1500 },
  }
  const viewport = toViewport(view, context)
  expect(viewport).toMatchObject({ scale: 3.4, invert: true, voi: { windowCenter: -600, windowWidth: 1500 } })
  expect(viewport.translation.x).toBeCloseTo(10)
  expect(viewport.translation.y).toBeCloseTo(-60)
  const { zoom, pan, ...rest } = fromViewport(initialView, viewport, context)
  expect([zoom, pan.x, pan.y].map((value) => value.toFixed(6))).toEqual(['1.700000', '0.100000', '-0.300000'])
  expect(rest).toEqual({ rotation: 90, hflip: true, vflip: false, inverted: true, window: view.window })
})

test('what nobody changed stays the same view, so that linked viewports come to rest', () => {
  const view = { ...initialView, zoom: 1 / 3, pan: { x: 1 / 7, y: 0 } }
  expect(fromViewport(view, toViewport(view, context), context)).toBe(view)
})

test('a window that nobody set stays each image’s own', () => {
  const zoomed = { ...toViewport(initialView, context), scale: 5 }
  expect(fromViewport(initialView, zoomed, context).window).toBeUndefined()
})

test('MONOCHROME1 is inverted until the user inverts it', () => {
  expect(toViewport(initialView, { ...context, invert: true }).invert).toBe(true)
  expect(toViewport({ ...initialView, inverted: true }, { ...context, invert: true }).invert).toBe(false)
})

test('an image fits by its longer side, also turned and with pixels that are not square', () => {
  const square = { rows: 200, columns: 100, rowSpacing: 1, columnSpacing: 1 }
  expect(fitScale({ width: 400, height: 400 }, square, 0)).toBe(2)
  expect(fitScale({ width: 400, height: 100 }, square, 90)).toBe(1)
  expect(fitScale({ width: 400, height: 400 }, { ...square, rows: 100, rowSpacing: 4 }, 0)).toBe(1)
})

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

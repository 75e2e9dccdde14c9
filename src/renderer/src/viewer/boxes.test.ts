import { expect, test } from 'vitest'
import { canvasBoxOf, textPlaces } from './boxes.ts'

const box = { x0: 10, y0: 20, x1: 30, y1: 25 }

test('a box is upright on the canvas however the image is turned, and stretched as its pixels are', () => {
  expect(canvasBoxOf(box, ({ x, y }) => ({ x: 2 * x + 1, y: 3 * y }))).toEqual({
    x: 21,
    y: 60,
    width: 40,
    height: 15,
  })
  expect(canvasBoxOf(box, ({ x, y }) => ({ x: 100 - y, y: x }))).toEqual({
    x: 75,
    y: 10,
    width: 5,
    height: 20,
  })
  expect(canvasBoxOf(box, ({ x, y }) => ({ x: 100 - x, y }))).toEqual({ x: 70, y: 20, width: 20, height: 5 })
})

const canvas = { width: 200, height: 100 }
const at = (x: number, y: number) => ({ x, y, width: 20, height: 10 })

test('texts lie above and below their boxes, left edges together', () => {
  const places = textPlaces(
    [
      { box: at(50, 40), side: 'above', width: 30 },
      { box: at(50, 40), side: 'below', width: 40 },
    ],
    canvas,
    12,
  )
  expect(places).toEqual([
    { x: 50, y: 28, width: 30, height: 12 },
    { x: 50, y: 50, width: 40, height: 12 },
  ])
})

test('a text goes further away where another one is, and stays on the canvas', () => {
  const places = textPlaces(
    [
      { box: at(50, 40), side: 'above', width: 30 },
      { box: at(60, 42), side: 'above', width: 30 },
      { box: at(190, 2), side: 'above', width: 60 },
      { box: at(-5, 95), side: 'below', width: 30 },
    ],
    canvas,
    12,
  )
  expect(places.map((place) => [place?.x, place?.y])).toEqual([
    [50, 28],
    [60, 16],
    [140, 0],
    [0, 88],
  ])
})

test('a box that is out of sight has no text', () => {
  expect(textPlaces([{ box: at(-40, 10), side: 'above', width: 30 }], canvas, 12)).toEqual([undefined])
})

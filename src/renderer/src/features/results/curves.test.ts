import { expect, test } from 'vitest'
import type { TracePoint } from '../../state/live-run.ts'
import { curveOf, curvesCsv, darkened, hasValues, inPrint, lineChart, meanCurve, tick } from './curves.ts'

const point = (deviation: number, stabilization: number | null) =>
  ({ deviation, stabilization }) as TracePoint

const smia = [point(1, null), point(3, -0.5)]
const short = [point(5, null)]

test('a curve has a point for each iteration', () => {
  expect(curveOf(smia, 'deviation')).toEqual([
    [1, 1],
    [2, 3],
  ])
})

test('the mean is of the slices that have the iteration', () => {
  expect(meanCurve([smia, short], 'deviation')).toEqual([
    [1, 3],
    [2, 3],
  ])
  expect(meanCurve([smia, short], 'stabilization')).toEqual([
    [1, null],
    [2, -0.5],
  ])
})

test('a method without smoothing has no such curve', () => {
  expect(hasValues(curveOf(short, 'stabilization'))).toBe(false)
  expect(hasValues(curveOf(smia, 'stabilization'))).toBe(true)
})

test('curves become CSV with quoted names and empty cells', () => {
  const curves = [
    { name: 'J(f(x), y)', curve: curveOf(smia, 'deviation') },
    { name: 'L_STA', curve: curveOf(smia, 'stabilization') },
  ]
  expect(curvesCsv(curves)).toBe('iteration,"J(f(x), y)",L_STA\r\n1,1,\r\n2,3,-0.5\r\n')
})

test('a chart makes no HTML, which the page would not style', () => {
  expect(lineChart('Losses', [])).toMatchObject({ tooltip: { renderMode: 'richText' }, animation: false })
})

test('curves keep their colour and their dash', () => {
  const curves = [{ name: 'J', curve: [[1, 2]] as const, colour: '#fff', dash: 'dashed' as const }]
  expect(lineChart('Losses', curves)['series']).toMatchObject([
    { name: 'J', color: '#fff', lineStyle: { type: 'dashed' } },
  ])
})

test('in print curves and words are dark enough for white', () => {
  expect(darkened('#ffa94d')).toBe('#99652e')
  const curves = [{ name: 'J', curve: [[1, 2]] as const, colour: '#ffffff', dash: 'dashed' as const }]
  expect(lineChart('Losses', curves, undefined, inPrint)).toMatchObject({
    title: { textStyle: { color: '#111111' } },
    series: [{ color: '#999999' }],
  })
})

test('ticks stay short', () => {
  expect([0, 0.5, 0.00012, 1234567, 12.34567].map(tick)).toEqual(['0', '0.5', '1.2e-4', '1.2e+6', '12.35'])
})

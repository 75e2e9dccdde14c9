import { expect, test } from 'vitest'
import { svgChart } from './svg-chart.ts'

const option = () => ({
  title: { text: 'A chart' },
  xAxis: { type: 'category', data: ['a', 'b'] },
  yAxis: { type: 'value' },
  series: [{ type: 'line', name: 'line', data: [1, 2] }],
  legend: {},
})

test('the same chart is the same document, however many were drawn before', () => {
  const size = { width: 300, height: 200 }
  const [first, second] = [svgChart(option(), size), svgChart(option(), size)]
  expect(second).toBe(first)
  expect(first).toMatch(/^<svg width="300" height="200"/)
  expect(first).toContain('A chart')
  expect(first).not.toMatch(/zr\d/)
})

test('a name in a chart is text: no markup, nothing that acts or that XML forbids', () => {
  const name = '<script>&"\u001b[2J\u0000\u202e'
  const svg = svgChart(
    { ...option(), title: { text: name }, xAxis: { type: 'category', data: [name, 'b'] } },
    { width: 300, height: 200 },
  )
  expect(svg).not.toContain('<script')
  expect(svg).toContain('&lt;script')
  expect(svg).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u)
})

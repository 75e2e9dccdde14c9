import { expect, test } from 'vitest'
import { lineChart, tick } from './line-chart.ts'

test('a chart makes no HTML, which the page would not style', () => {
  expect(lineChart('Losses', [])).toMatchObject({ tooltip: { renderMode: 'richText' }, animation: false })
})

test('curves keep their colour and their dash', () => {
  const curves = [{ name: 'J', curve: [[1, 2]] as const, colour: '#fff', dash: 'dashed' as const }]
  expect(lineChart('Losses', curves)['series']).toMatchObject([
    { name: 'J', color: '#fff', lineStyle: { type: 'dashed' } },
  ])
})

test('ticks stay short', () => {
  expect([0, 0.5, 0.00012, 1234567, 12.34567].map(tick)).toEqual(['0', '0.5', '1.2e-4', '1.2e+6', '12.35'])
})

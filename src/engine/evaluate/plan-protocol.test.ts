import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseCardText } from '../../core/model/card.ts'
import { protocols } from '../../core/spec/protocols.ts'
import { planCells } from '../compare/plan-cells.ts'
import { comparedBy, planSteps } from './plan-protocol.ts'

function cardOf(name: string) {
  const file = new URL(`../../../resources/sample/model/${name}.card.json`, import.meta.url)
  return parseCardText(readFileSync(fileURLToPath(file), 'utf8'))
}

test.each(Object.keys(protocols) as (keyof typeof protocols)[])('%s: every method has cells', (name) => {
  const planned = planSteps(protocols[name], { cards: [cardOf('phantom-thorax')] })
  expect(planned.leftOut).toEqual([])
  const { methods, budgets } = comparedBy(planned, 1)
  const cells = planCells(1, methods, budgets)
  expect(new Set(cells.map(({ method }) => method.name)).size).toBe(planned.steps.length)
  const curve = cells.filter(({ method }) => method.name === 'pgd').map(({ budget }) => Number(budget))
  expect(curve).toEqual(protocols[name].curve.map((part) => (8 / 255) * part))
})

test('another budget takes the curve with it, and is the same text in every cell', () => {
  const planned = planSteps(protocols.quick, { cards: [], epsilon: '4/255' })
  const { methods, budgets } = comparedBy(planned, 1)
  const cells = planCells(1, methods, budgets)
  expect(cells.filter(({ budget }) => budget === planned.epsilon).map(({ method }) => method.name)).toEqual(
    planned.steps.map(({ method }) => method),
  )
})

test('what one of the models does not take is left out, with why', () => {
  const cards = [cardOf('phantom-thorax'), cardOf('phantom-thorax-lungs')]
  const { steps, leftOut } = planSteps(protocols.standard, { cards })
  expect(leftOut).toEqual([{ method: 'autoattack', why: 'It is not for models of segmentation.' }])
  expect(steps).toHaveLength(planSteps(protocols.standard, { cards: [] }).steps.length - 1)
})

test('transfer is judged where there are several models', () => {
  const planned = planSteps(protocols.full, { cards: [] })
  expect([1, 2].map((models) => comparedBy(planned, models).transfer)).toEqual([false, true])
})

test('corruptions are those of the modality that all images have', () => {
  const namesFor = (...modalities: string[]) =>
    planSteps(protocols.standard, { cards: [], modalities }).steps.map(({ method }) => method)
  expect(namesFor('CT', 'CT').filter((name) => /^(ct|mr|xray|us|camera)-/.test(name))).toEqual(['ct-low-dose', 'ct-beam-hardening', 'ct-ring', 'ct-metal']) // prettier-ignore
  expect(namesFor('DX', 'CR')).toContain('xray-grid')
  expect(namesFor('CT', 'PT').filter((name) => name.startsWith('ct-'))).toEqual([])
})

test('why there are none is said', () => {
  const { leftOut } = planSteps(protocols.standard, { cards: [], modalities: ['PT', 'CT', ''] })
  expect(leftOut).toEqual([{ method: 'corruptions of a modality', why: 'The study’s images are of CT and PT and no modality.' }]) // prettier-ignore
  expect(planSteps(protocols.quick, { cards: [], modalities: ['OT'] }).leftOut).toEqual([])
})

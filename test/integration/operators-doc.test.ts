import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { writtenOutOps } from '../../src/core/autodiff/control-flow/write-out.ts'
import { compositeOps, decomposedOps } from '../../src/core/autodiff/decompose/decompose.ts'
import { nonDifferentiableOps } from '../../src/core/autodiff/non-differentiable.ts'
import { supportedOps } from '../../src/core/autodiff/rules.ts'
import { composites, decomposed } from '../support/rule-cases/composites.ts'
import { controlFlow } from '../support/rule-cases/control-flow.ts'
import { ruleCases } from '../support/rule-cases/index.ts'
import { refusals } from '../support/rule-cases/refusals.ts'

const page = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8')

/** The text under a heading, up to the next one. */
function section(heading: string): string {
  const [, text = ''] = page.split(`\n## ${heading}\n`)
  return text.split('\n## ')[0] ?? ''
}

/** The rows of a table, without its head. */
function rows(heading: string): string[][] {
  const lines = section(heading)
    .split('\n')
    .filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const supported = rows('Operators with a gradient')

test('docs/operators.md lists every operator that has a rule', () => {
  expect(supported.map(([name]) => name)).toEqual([...supportedOps].sort())
})

test('docs/operators.md lists the composite operators that are tested', () => {
  expect(rows('Composite operators').map(([name]) => name)).toEqual([...compositeOps])
  expect([...new Set(composites.map(({ op }) => op))]).toEqual([...compositeOps])
})

test('docs/operators.md lists every operator that is decomposed, and each has a test', () => {
  expect(rows('Decomposed operators').map(([name]) => name)).toEqual([...decomposedOps].sort())
  expect(new Set(decomposed.map(({ op }) => op))).toEqual(new Set(decomposedOps))
})

test('docs/operators.md lists every operator whose body is written out, and each has a test', () => {
  expect(rows('Operators with bodies').map(([name]) => name)).toEqual([...writtenOutOps])
  expect(new Set(['If', ...controlFlow.map(({ op }) => op)])).toEqual(new Set(writtenOutOps))
})

test('docs/operators.md lists every operator without a derivative', () => {
  const listed = [...section('Operators without a derivative').matchAll(/`(\w+)`/g)].map(([, name]) => name)
  expect(listed).toEqual([...nonDifferentiableOps])
})

test('docs/operators.md says what is refused of every operator that refuses something', () => {
  const restricted = new Set(
    [...supported, ...rows('Decomposed operators')]
      .filter(([, , restrictions]) => restrictions !== '')
      .map(([name]) => name),
  )
  expect(refusals.map(({ op }) => op).filter((op) => !restricted.has(op))).toEqual([])
})

test('docs/operators.md gives no operator an opset later than one that a test has used it at', () => {
  const from = new Map(supported.map(([name = '', opset]) => [name, Number(opset)]))
  const tested = (op: string): number =>
    Math.min(...ruleCases.filter((each) => each.op === op).map(({ opset = 18 }) => opset))
  expect(supportedOps.filter((op) => !((from.get(op) ?? NaN) <= tested(op)))).toEqual([])
})

test("docs/operators.md says of each of ONNX's operators whether it has a gradient", () => {
  const file = new URL('../fixtures/onnx-operators.json', import.meta.url)
  const { names }: { names: string[] } = JSON.parse(readFileSync(file, 'utf8'))
  const named = new Set<string | undefined>([
    ...supportedOps,
    ...decomposedOps,
    ...nonDifferentiableOps,
    ...writtenOutOps,
    ...compositeOps,
    ...[...section('Not supported').matchAll(/`(\w+)`/g)].map(([, name]) => name),
  ])
  expect(names.length).toBeGreaterThan(190)
  expect(names.filter((name) => !named.has(name))).toEqual([])
})

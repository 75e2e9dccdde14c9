import { expect, test } from 'vitest'
import { askedAttack, askedTensor, attackSpec, parseSpec } from './attack-spec.ts'
import { askedComparison, comparisonSpec } from './comparison-spec.ts'

const models = ['chest']
const methods = [{ name: 'pgd' }]
const budgets = { Linf: ['8/255'], L2: [] }

test('what is not asked for is at its preset, and what has none is absent', () => {
  expect(parseSpec('Attack', askedAttack, {})).toEqual({
    method: 'smia',
    settings: {},
    seed: 0,
    earlyStop: false,
    forceIntensity: false,
    batch: 8,
    exports: ['series', 'masksBefore', 'masksAfter'],
  })
  const compared = parseSpec('Comparison', askedComparison, { models, methods, budgets })
  expect(compared).toEqual({
    models,
    methods: [{ name: 'pgd', settings: {} }],
    budgets,
    transfer: false,
    seed: 0,
    earlyStop: false,
    forceIntensity: false,
    batch: 8,
  })
})

test('what is written down has no presets: a field that is missing is a fault', () => {
  const spec = parseSpec('Attack', askedAttack, {})
  const { seed, ...without } = spec
  expect(attackSpec.parse(spec)).toEqual(spec)
  expect(seed).toBe(0)
  expect(() => parseSpec('Attack', attackSpec, without)).toThrow('Attack: seed:')
  expect(() => comparisonSpec.parse({ models, methods, budgets })).toThrow()
})

test('fields that there are not are refused, each by its name, with those that there are', () => {
  const asked = { colour: 'red', size: 3, seed: 1 }
  expect(() => parseSpec('Attack', askedAttack, asked)).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: 'Attack: expected its own fields, got colour, size',
      tip: expect.stringContaining('targetMasks, criterion, loss, region, seed') as string,
    }),
  )
})

test.each(['criterion', 'loss', 'targetMasks', 'region', 'slices', 'exports', 'forceIntensity'])(
  'an attack on arrays takes no %s',
  (field) => {
    const asked = { labels: 'y.npy', [field]: 'x' }
    expect(() => parseSpec('Attack', askedTensor, asked)).toThrow(`got ${field}`)
  },
)

test.each(['method', 'settings', 'exports'])('a comparison takes no %s of its own', (field) => {
  expect(() => parseSpec('Comparison', askedComparison, { models, methods, budgets, [field]: 'x' })).toThrow(
    `got ${field}`,
  )
})

test('a value that makes no sense is refused by its field’s name', () => {
  expect(() => parseSpec('Attack', askedAttack, { batch: 0 })).toThrow('Attack: batch: Too small')
  expect(() => parseSpec('Attack', askedAttack, { exports: ['video'] })).toThrow('Attack: exports.0:')
})

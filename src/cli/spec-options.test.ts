import { Command } from 'commander'
import { expect, test } from 'vitest'
import { attackSpec, type AttackSpec } from '../core/spec/attack-spec.ts'
import { attackCommand } from '../core/spec/command-line.ts'
import { comparisonSpec } from '../core/spec/comparison-spec.ts'
import { runRequest } from '../engine/server/runs/run-request.ts'
import { withMethod } from './method-options.ts'
import { attackOf, comparisonOf, tensorAttackOf, withFields, type AttackOptions } from './spec-options.ts'

function optionsOf(args: readonly string[]): AttackOptions {
  const command = withFields(withMethod(new Command(), args), attackSpec).option('--export <kinds>')
  return command.exitOverride().parse(args, { from: 'user' }).opts<AttackOptions>()
}

const everything = [
  ...['--method', 'pgd', '--epsilon', '4/255', '--steps', '3', '--labels', 'l.csv', '--target', 'nodule'],
  ...['--target-masks', 'masks', '--criterion', 'dice>=0.8', '--loss', 'dice', '--region', 'r.npy'],
  ...['--seed', '7', '--early-stop', '--force-intensity', '--batch', '2', '--slices', '5'],
  ...['--export', 'series,smoothed'],
]
const spec: AttackSpec = {
  method: 'pgd',
  settings: { epsilon: '4/255', steps: '3' },
  labels: 'l.csv',
  target: 'nodule',
  targetMasks: 'masks',
  criterion: 'dice>=0.8',
  loss: 'dice',
  region: 'r.npy',
  seed: 7,
  earlyStop: true,
  forceIntensity: true,
  batch: 2,
  slices: 5,
  exports: ['series', 'smoothed'],
}

test('every field is taken from the command line', () => {
  expect(attackOf(optionsOf(everything))).toEqual(spec)
})

test('a preset gives its settings, and one that is given by itself goes before it', () => {
  expect(attackOf(optionsOf(['--method', 'smia:reused-50', '--steps', '7']))).toMatchObject({
    method: 'smia',
    settings: { alpha: '0.2', steps: '7' },
  })
})

test('the command that is written of an attack reads as that attack', () => {
  const subject = { study: ['ct'], models: ['chest'], device: 'cpu', out: 'OUT' }
  const words = attackCommand(spec, subject).replaceAll("'", '').split(' ')
  const own = words.slice(words.indexOf('--method'), words.indexOf('--device'))
  expect(attackOf(optionsOf(own))).toEqual(spec)
})

test('what was asked on the command line is written down and read again as it was', () => {
  const kept = { name: 'Again', created: '2026-01-02T03:04:05.000Z', paths: ['/study'], model: 'chest' }
  const request = runRequest.parse({ ...kept, ...spec, device: { name: 'cpu', threads: 1 } })
  const { schema, name, created, paths, model, device, ...again } = runRequest.parse(
    JSON.parse(JSON.stringify(request)),
  )
  expect({ name, created, paths, model }).toEqual(kept)
  expect(again).toEqual(spec)
  expect([schema, device.threads]).toEqual(['radversary/run-request/2', 1])
})

test('a flag’s text and preset are the schema’s', () => {
  const command = withFields(new Command(), attackSpec)
  const texts = Object.fromEntries(
    command.options.map((option) => [option.attributeName(), option.description]),
  )
  expect(texts['seed']).toBe('seed of everything random')
  for (const [field, { description }] of Object.entries(attackSpec.shape))
    if (field in texts) expect(texts[field]).toBe(description)
  expect(command.opts()).toEqual({ seed: 0, batch: 8 })
})

test('a command has the flags of the fields that its schema has', () => {
  const { options } = withFields(new Command(), comparisonSpec)
  const names = options.map((option) => option.attributeName())
  expect(names).toEqual(Object.keys(comparisonSpec.shape).filter((field) => names.includes(field)))
  expect(names).toEqual(
    expect.arrayContaining(['targetMasks', 'criterion', 'loss', 'region', 'slices', 'earlyStop']),
  )
  expect(names).not.toContain('exports')
})

test('a comparison and an attack on arrays take theirs from the same flags', () => {
  const grid = { model: ['a.onnx'], method: ['pgd', 'fgsm'], epsilon: ['8/255'], epsilonL2: [] }
  const compared = comparisonOf({ ...grid, set: ['pgd.steps=3'], seed: 2, labels: 'l.csv' })
  expect(compared).toMatchObject({ seed: 2, labels: 'l.csv', transfer: false, batch: 8 })
  expect(compared.methods).toEqual([
    { name: 'pgd', settings: { steps: '3' } },
    { name: 'fgsm', settings: {} },
  ])
  const options = optionsOf(['--labels', 'y.npy', '--target', '1'])
  expect(tensorAttackOf(options)).toEqual({
    method: 'smia',
    settings: {},
    labels: 'y.npy',
    target: '1',
    seed: 0,
    earlyStop: false,
    batch: 8,
  })
})

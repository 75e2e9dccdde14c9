import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plainLayers } from '../../src/adapters/tfjs/added-layers/plain-layers.ts'
import { spatialLayers } from '../../src/adapters/tfjs/added-layers/spatial-layers.ts'
import { kernelRules } from '../../src/core/tfjs/trace/kernel-rules.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/tfjs.md'), 'utf8')

/** Names in code of the sentence or table row that begins like this. */
function namesAfter(beginning: string): (string | undefined)[] {
  const at = text.indexOf(beginning)
  const [sentence = ''] = /^[^]*?(?:\|\n|\.\s|$)/.exec(at < 0 ? '' : text.slice(at)) ?? []
  return [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name)
}

test('docs/tfjs.md lists every kernel that is converted, and no other', () => {
  expect(namesAfter('| `Abs`')).toEqual(Object.keys(kernelRules))
})

test('docs/tfjs.md lists every layer that is added to those of TensorFlow.js', () => {
  const names = [...spatialLayers, ...plainLayers].map(({ className }) => className)
  expect(namesAfter('Layers that Keras has')).toEqual([...names, 'Normalization', 'GroupNormalization'])
})

import { expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { checkRule } from '../support/check-rule.ts'
import { ruleCases } from '../support/rule-cases/index.ts'
import { nameOf } from '../support/rule-cases/values.ts'
import { describeWithSoftwareWebgpu } from '../support/software-webgpu.ts'

/** Operators whose rules write another graph for a GPU than for the CPU. */
const byDevice = new Set([
  'AveragePool',
  'Conv',
  'ConvTranspose',
  'HardSigmoid',
  'HardSwish',
  'LpPool',
  'MaxPool',
  'Relu',
])

/** Their forms that make a difference there; more of them would take minutes in software. */
const forms = [
  undefined,
  '3-D',
  '3-D, strided',
  'for WebGPU',
  '3-D for WebGPU',
  'depthwise, strided',
  'output padding',
]

/** The provider has no grouped 3-D Conv, forwards either. */
const beyondProvider = 'Conv (3-D for WebGPU)'

/** Shaders round more freely than processors; a wrong form is wrong by far more. */
const shaderTolerance = 1e-3

describeWithSoftwareWebgpu('Rules that know the WebGPU provider agree with differences on it', () => {
  const cases = ruleCases.filter(
    (each) => byDevice.has(each.op) && forms.includes(each.at) && nameOf(each) !== beyondProvider,
  )
  test.each(cases.map((each) => [nameOf(each), each] as const))('%s', async (_, ruleCase) => {
    expect(await checkRule(ruleCase, { runtime: createOrtRuntime({ device: 'webgpu' }) })).toBeLessThan(
      shaderTolerance,
    )
  })
})

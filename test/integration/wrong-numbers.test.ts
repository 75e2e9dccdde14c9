import { expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const base = temporaryFolder('wrong-numbers')
const slice = 'resources/sample/study/15.dcm'

describeWithSharedData('predictions that are none', () => {
  const model = ['--model', sharedCase('nan-predictions/m.onnx'), '--device', 'cpu']

  test.each([
    ['predict', ['predict', '--study', slice, ...model]],
    ['attack', ['attack', '--study', slice, ...model, '--method', 'fgsm', '--out', `${base}/nan`]],
  ])('%s refuses NaN by name', async (_, args) => {
    const { code, err, out } = await commandLine(args)
    expect(err).toContain("Model output 'logits': expected finite numbers, got NaN")
    expect(code).toBeGreaterThan(0)
    expect(out).not.toContain('NaN')
  })
})

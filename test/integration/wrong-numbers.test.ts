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

describeWithSharedData('an attack that says less than its numbers seem to', () => {
  const sample = ['01', '08', '15', '22'].map((name) => `resources/sample/study/${name}.dcm`)
  const model = 'resources/sample/model/phantom-thorax.onnx'
  const fgsm = ['--method', 'fgsm', '--epsilon', '4/255', '--device', 'cpu']

  test('says first that all were wrong before, and counts none as fooled', async () => {
    const labels = ['--labels', sharedCase('wrong-before/wronglabels.csv')]
    const out = ['--out', `${base}/wrong-before`]
    const ended = await commandLine([
      'attack',
      '--study',
      ...sample,
      '--model',
      model,
      ...labels,
      ...fgsm,
      ...out,
    ])
    expect(ended.out.split('\n')[0]).toMatch(/4 of 4 .*wrong before/)
    expect(ended.out).not.toMatch(/4 of 4 \(100/)
  })

  test('says that the gradient vanished, and what to try', async () => {
    const saturated = ['--model', sharedCase('saturated-softmax/x200.onnx')]
    const study = ['--study', sharedCase('saturated-softmax/img.dcm')]
    const out = ['--out', `${base}/saturated`]
    const ended = await commandLine(['attack', ...study, ...saturated, ...fgsm, ...out])
    expect(ended.out).toMatch(/gradient/i)
    expect(ended.out).toContain('apgd-dlr')
  })
})

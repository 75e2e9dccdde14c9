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

describeWithSharedData('success that says something else than it seems to', () => {
  const cpu = ['--device', 'cpu', '--out']
  const attack = async (args: readonly string[]) => (await commandLine(['attack', ...args])).out

  test('of images that were wrong before says first that card or labels are suspect', async () => {
    const study = ['01', '08', '15', '22'].map((name) => `resources/sample/study/${name}.dcm`)
    const labels = ['--labels', sharedCase('wrong-before/wronglabels.csv')]
    const model = ['--model', 'resources/sample/model/phantom-thorax.onnx']
    const budget = ['--method', 'fgsm', '--epsilon', '4/255']
    const out = await attack(['--study', ...study, ...labels, ...model, ...budget, ...cpu, `${base}/wrong`])
    expect(out).toMatch(
      /^Warning +4 of 4 slices were wrong before .* the model card or the labels are suspect/,
    )
    expect(out).toMatch(/Fooled +none; 4 of 4 were wrong before\n/)
    expect(out).not.toContain('100.0 %')
  }, 60_000)

  const saturated = (method: string) =>
    attack([
      ...[
        '--study',
        sharedCase('saturated-softmax/img.dcm'),
        '--model',
        sharedCase('saturated-softmax/x200.onnx'),
      ],
      ...['--method', method, '--epsilon', '8/255', ...cpu, `${base}/saturated-${method}`],
    ])

  test.each([
    ['smia', 'they were not changed'],
    ['fgsm', 'they were not changed'],
    ['pgd', 'they have their random start alone'],
  ])('%s tells of gradients of zeros, and what to try', async (method, left) => {
    const out = await saturated(method)
    expect(out).toMatch(/Fooled +0 of 1 /)
    expect(out).toContain('saw a gradient of zeros at every step on 1 of 1 slices')
    expect(out).toContain(left)
    expect(out).toContain('apgd-dlr')
  })

  test('what it says to try finds what is to be found', async () => {
    const out = await saturated('apgd-dlr')
    expect(out).toMatch(/Fooled +1 of 1 /)
    expect(out).not.toContain('Warning')
  })
})

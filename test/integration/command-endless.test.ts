import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { writeNpy } from '../../src/core/tensor/npy.ts'
import { endOf, saysOnStderr, startCommandLine } from '../support/command-line.ts'
import { addEndlessModel } from '../support/endless-model.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const home = temporaryFolder('command-endless')
const study = join(home, 'study')
const [x, labels] = [join(home, 'x.npy'), join(home, 'labels.npy')]
const model = join(home, 'models/endless/model.onnx')
const ofStudy = ['--study', study, '--force-intensity', '--model', 'endless']
const ofTensor = ['--model', model, '--input', x, '--out', join(home, 'out.npy')]

beforeAll(async () => {
  vi.stubEnv('RADVERSARY_HOME', home)
  addEndlessModel(home)
  writeSeries(study, 2)
  writeFileSync(x, writeNpy({ dataType: 'float32', shape: [1, 1, 2, 2], data: new Float32Array(4) }))
  writeFileSync(labels, writeNpy({ dataType: 'int64', shape: [1], data: BigInt64Array.of(1n) }))
  await endOf(startCommandLine(['--version'])) // builds
}, 120_000)
afterAll(() => vi.unstubAllEnvs())

test.each([
  ['predict', ['predict', ...ofStudy]],
  ['attack', ['attack', ...ofStudy, '--out', join(home, 'attack')]],
  ['compare', ['compare', ...ofStudy, '--method', 'noise', '--out', join(home, 'compare')]],
  ['tensor gradient', ['tensor', 'gradient', ...ofTensor, '--loss', 'dot', '--target', labels]],
  ['tensor attack', ['tensor', 'attack', ...ofTensor, '--labels', labels]],
])(
  'Ctrl-C ends %s within a second with a model that never answers',
  async (_, args) => {
    const child = startCommandLine([...args, '--device', 'cpu', '--threads', '1'])
    const end = endOf(child)
    await saysOnStderr(child, 'Device cpu')
    await setTimeout(1500)
    expect(child.exitCode).toBeNull()
    const start = performance.now()
    child.kill('SIGINT')
    expect(await end).toMatchObject({ code: 130, err: expect.stringContaining('Interrupted') as string })
    expect(performance.now() - start).toBeLessThan(1000)
  },
  60_000,
)

test('a reader that goes away, as head does, ends the command without a word', async () => {
  const child = startCommandLine(['attack', '--help'])
  child.stdout.destroy()
  let err = ''
  child.stderr.on('data', (text: Buffer) => (err += String(text)))
  const [code] = (await once(child, 'exit')) as [number | null]
  expect({ code, err }).toEqual({ code: 141, err: '' })
}, 60_000)

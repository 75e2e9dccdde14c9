import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readNpy, tensorFromNpy, writeNpy } from '../../src/core/tensor/npy.ts'
import { sizeOf } from '../../src/core/tensor/tensor.ts'
import { commandLine } from '../support/command-line.ts'
import { describeWithDebian } from '../support/debian-tools.ts'
import { uniformTensor } from '../support/numbers.ts'
import { describeWithSharedData, sharedCase, sharedData } from '../support/shared-data.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'
import { argMax } from '../../src/core/attacks/decision-boundary.ts'

const folder = temporaryFolder('tensor-command')
const shape = z.array(z.int())
const gradientCase = z.object({
  input: shape,
  logits: shape,
  target: shape,
  loss: z.number(),
  definition: z.string(),
})
const gradientReport = z.object({ loss: z.array(z.number()), shape, out: z.string() })
const attackReport = z.object({
  method: z.string(),
  settings: z.record(z.string(), z.unknown()),
  samples: z.array(
    z.object({
      before: z.array(z.number()),
      after: z.array(z.number()),
      success: z.boolean(),
      metBefore: z.boolean(),
      iterations: z.int(),
    }),
  ),
})

function floats(path: string): Float32Array<ArrayBuffer> {
  const bytes = readFileSync(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function save(name: string, extents: readonly number[], data: Float32Array | BigInt64Array): string {
  const path = join(folder, name)
  writeFileSync(
    path,
    writeNpy(
      data instanceof Float32Array
        ? { dataType: 'float32', shape: extents, data }
        : { dataType: 'int64', shape: extents, data },
    ),
  )
  return path
}

const load = (path: string) => tensorFromNpy(readNpy(readFileSync(path), path))

async function jsonOf(args: readonly string[]): Promise<unknown> {
  const { code, out, err } = await commandLine(['tensor', ...args, '--device', 'cpu', '--json'])
  expect(err).not.toContain('error')
  expect(code).toBe(0)
  return JSON.parse(out)
}

/** ‖a − b‖ / ‖b‖ */
function relativeError(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  return Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b)
}

describeWithSharedData('tensor gradient', () => {
  const root = sharedData('gradients')
  const names = existsSync(root) ? readdirSync(root) : []

  test.each(names)(
    '%s: the loss’s gradient and the vector-Jacobian product are PyTorch’s to 1e-4',
    async (name) => {
      const at = (file: string) => join(root, name, file)
      const { input, logits, target, loss, definition } = gradientCase.parse(
        JSON.parse(readFileSync(at('case.json'), 'utf8')),
      )
      const x = save(`${name}-x.npy`, input, floats(at('input.f32')))
      const targets = floats(at('target.f32'))
      const isIndices = targets.length !== sizeOf(logits)
      const files = {
        target: save(`${name}-t.npy`, target, isIndices ? BigInt64Array.from(targets, BigInt) : targets),
        cotangent: save(`${name}-v.npy`, logits, floats(at('cotangent.f32'))),
      }
      const gradient = async (kind: string, file: string) => {
        const out = join(folder, `${name}-${kind}.npy`)
        const report = gradientReport.parse(
          await jsonOf([
            'gradient',
            '--model',
            at('model.onnx'),
            '--input',
            x,
            '--loss',
            kind,
            '--target',
            file,
            '--out',
            out,
          ]),
        )
        expect(report).toMatchObject({ shape: input, out })
        return { loss: report.loss.reduce((sum, each) => sum + each), gradient: load(out) }
      }
      const kind = definition.includes('binary') ? 'binary-cross-entropy' : 'cross-entropy'
      const ofLoss = await gradient(kind, files.target)
      expect(ofLoss.loss).toBeCloseTo(loss, 4)
      expect(relativeError(ofLoss.gradient.data, floats(at('grad_loss.f32')))).toBeLessThan(1e-4)
      expect(
        relativeError((await gradient('dot', files.cotangent)).gradient.data, floats(at('grad_vjp.f32'))),
      ).toBeLessThan(1e-4)
    },
  )
})

const goldenCase = z.object({
  mode: z.enum(['paper', 'reference']),
  eps: z.number(),
  step: z.number().optional(),
  steps: z.number(),
  alpha: z.number().optional(),
  a2: z.number().optional(),
  size: z.number().optional(),
  sigma: z.number().optional(),
  hard: z.boolean().optional(),
  iterations: z.array(z.object({ prediction: z.array(z.number()), deviation: z.array(z.number()) })),
})
const golden = z.object({
  input: shape,
  labels: z.array(z.number()),
  cases: z.record(z.string(), goldenCase),
})
const log = z.object({
  events: z.array(
    z.object({
      iteration: z.int(),
      samples: z.array(z.object({ deviation: z.number(), probabilities: z.array(z.number()) })),
    }),
  ),
})

/** The case's settings as flags. */
function flags({
  mode,
  eps,
  step,
  steps,
  alpha,
  a2,
  size,
  sigma,
  hard,
}: z.output<typeof goldenCase>): string[] {
  const common = ['--mode', mode, '--epsilon', String(eps), '--steps', String(steps)]
  if (mode === 'reference') return [...common, '--alpha', String(a2)]
  const smoothing = [
    '--kernel-size',
    String(size),
    '--sigma',
    String(sigma),
    '--stabilization-target',
    hard === true ? 'hard' : 'soft',
  ]
  return [...common, '--step', String(step), '--alpha', String(alpha), ...smoothing]
}

describeWithSharedData('tensor attack', () => {
  const cases = ['paper_soft', 'paper_hard', 'paper_wide', 'reference_default', 'reference_a2_1']

  describe.each(['resnet', 'vit'])('SMIA on %s', (name) => {
    test.each(cases)(
      '%s: 99.9 % of the pixels and every prediction are those computed with PyTorch',
      async (caseName) => {
        const at = (file: string) => sharedData(`smia/${name}/${file}`)
        const {
          input,
          labels,
          cases: all,
        } = golden.parse(JSON.parse(readFileSync(at('golden.json'), 'utf8')))
        expect(Object.keys(all).sort()).toEqual([...cases].sort())
        const expected = all[caseName]!
        const x = save(`smia-${name}.npy`, input, floats(at('input.f32')))
        const y = save(`smia-${name}-y.npy`, [labels.length], BigInt64Array.from(labels, BigInt))
        const [out, logFile] = [
          join(folder, `${name}-${caseName}.npy`),
          join(folder, `${name}-${caseName}.json`),
        ]
        const files = [
          '--model',
          sharedData(`gradients/${name}/model.onnx`),
          '--input',
          x,
          '--labels',
          y,
          '--out',
          out,
          '--log',
          logFile,
        ]
        const report = attackReport.parse(await jsonOf(['attack', ...files, ...flags(expected)]))
        const last = expected.iterations.at(-1)!
        expect(report.samples.map(({ after }) => argMax(after))).toEqual(last.prediction)
        const [ours, theirs] = [load(out).data, floats(at(`${caseName}.f32`))]
        expect(
          ours.filter((value, i) => Math.abs(value - theirs[i]!) < 1e-6).length / theirs.length,
        ).toBeGreaterThanOrEqual(0.999)
        const { events } = log.parse(JSON.parse(readFileSync(logFile, 'utf8')))
        expect(
          events.map(({ samples }) => samples.map(({ probabilities }) => argMax(probabilities))),
        ).toEqual(expected.iterations.map(({ prediction }) => prediction))
      },
    )
  })
})

describe('tensor attack on a model of several labels', () => {
  const classifier = writeClassifier(folder, { activation: 'multi-label-sigmoid' })
  const x = save('x.npy', [4, 1, 12, 12], new Float32Array(uniformTensor([4 * 144], 3, [0, 1]).data))
  const attack = (labels: string, ...more: string[]) =>
    jsonOf([
      'attack',
      '--model',
      classifier.model,
      '--input',
      x,
      '--labels',
      labels,
      '--method',
      'fgsm',
      '--epsilon',
      '16/255',
      ...more,
    ])

  test('takes rows that happen to be one-hot for what the others are, whatever the batch', async () => {
    const labels = save('labels.npy', [4, 3], Float32Array.of(1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1))
    const outs = ['1', '4'].map((batch) => [batch, join(folder, `batch-${batch}.npy`)] as const)
    for (const [batch, out] of outs) await attack(labels, '--batch', batch, '--out', out)
    const [one, four] = outs.map(([, out]) => load(out))
    expect(one).toEqual(four)
  })

  test('stays within [0, 1] and the budget', async () => {
    const out = join(folder, 'bounded.npy')
    await attack(save('zeros.npy', [4, 3], new Float32Array(12)), '--out', out)
    const [before, after] = [load(x).data, load(out).data]
    expect(Math.min(...after)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...after)).toBeLessThanOrEqual(1)
    expect(Math.max(...after.map((value, i) => Math.abs(value - before[i]!)))).toBeCloseTo(16 / 255, 6)
  })
})

describe('what the success of tensors does not say', () => {
  const { model } = writeClassifier(join(folder, 'warned'))
  const x = save('warned.npy', [2, 1, 12, 12], new Float32Array(288).fill(0.5))
  const out = join(folder, 'warned-out.npy')
  const files = { '--model': model, '--input': x, '--out': out, '--method': 'pgd', '--random-start': 'false' }
  const attack = async (labels: bigint[], epsilon: string, ...more: string[]) => {
    const y = save(`warned-${labels.join('')}.npy`, [2], BigInt64Array.from(labels))
    const args = options('attack', files, { '--labels': y, '--epsilon': epsilon })
    return commandLine([...args, ...more])
  }
  const predicted = async () => {
    const { samples } = attackReport.parse(JSON.parse((await attack([0n, 0n], '0.1', '--json')).out))
    return BigInt(argMax(samples[0]!.before))
  }

  test('samples that nothing has moved are warned of, in text and JSON', async () => {
    const right = await predicted()
    const text = (await attack([right, right], '1e-9')).out
    expect(text).toMatch(/^fooled 0 of 2 samples; adversarial images in .*\n/)
    expect(text).toMatch(/Warning: pgd at \S+ \S.* did not change 2 of 2 samples at all\. The budget/)
    const { out: json } = await attack([right, right], '1e-9', '--json')
    expect(JSON.parse(json)).toMatchObject({
      headline: { slices: 2, metBefore: 0, fooled: { successes: 0, count: 2 } },
      warnings: [{ check: 'unmoved' }],
    })
  })

  test('samples that were wrong before are no successes, and most of them suspect', async () => {
    const wrong = (await predicted()) === 0n ? 1n : 0n
    const text = (await attack([wrong, wrong], '0.1')).out
    expect(text).toMatch(/^fooled 0 of 0 samples; 2 of 2 samples met the goal before;/)
    expect(text).toMatch(/Warning: 2 of 2 samples were wrong before .*: the array or the labels are suspect/)
  })
})

describeWithSharedData('tensor attack on a saturated softmax', () => {
  test.each([
    ['x200.onnx', /^fooled 0 of 1 [^]*Warning: fgsm .* saw a gradient of zeros .* 1 of 1 samples.*apgd-dlr/],
    ['control_x1.onnx', /^fooled 1 of 1 samples; adversarial images in .*\n$/],
  ])('%s', async (name, expected) => {
    const model = sharedCase(`saturated-softmax/${name}`)
    const x = save('saturated.npy', [1, 1, 16, 16], new Float32Array(256).fill(0.5))
    const run = (labels: bigint, ...more: string[]) => {
      const y = save(`saturated-${labels}.npy`, [1], BigInt64Array.of(labels))
      const files = {
        '--model': model,
        '--input': x,
        '--labels': y,
        '--out': join(folder, 'saturated-o.npy'),
      }
      return commandLine([...options('attack', files, { '--method': 'fgsm', '--epsilon': '0.5' }), ...more])
    }
    const { samples } = attackReport.parse(JSON.parse((await run(0n, '--json')).out))
    expect((await run(BigInt(argMax(samples[0]!.before)))).out).toMatch(expected)
  })
})

describe('what is wrong with tensors', () => {
  const { model } = writeClassifier(join(folder, 'wrong'))
  const x = save('one.npy', [1, 1, 12, 12], new Float32Array(144).fill(0.5))
  const y = save('y.npy', [1], BigInt64Array.of(2n))
  const out = join(folder, 'never.npy')
  const gradient = (changes: Readonly<Record<string, string>>) =>
    options(
      'gradient',
      { '--model': model, '--input': x, '--loss': 'cross-entropy', '--target': y, '--out': out },
      changes,
    )
  const attack = (changes: Readonly<Record<string, string>>) =>
    options('attack', { '--model': model, '--input': x, '--labels': y, '--out': out }, changes)

  test.each<[string, string[], number, RegExp]>([
    [
      'a loss that there is not',
      gradient({ '--loss': 'hinge' }),
      2,
      /Loss: expected one of cross-entropy, .*, got hinge/,
    ],
    [
      'an input of another size',
      gradient({ '--input': save('big.npy', [1, 1, 13, 12], new Float32Array(156)) }),
      1,
      /\[1, 1, 13, 12\]/,
    ],
    [
      'targets of another shape',
      gradient({ '--target': save('t.npy', [1, 4], new Float32Array(4)) }),
      1,
      /Targets: expected \[1, 3\], or integer class indices \[1\], got float32 \[1, 4\]/,
    ],
    [
      'an index beyond the classes',
      gradient({ '--target': save('t3.npy', [1], BigInt64Array.of(3n)) }),
      1,
      /class indices below 3, got 3/,
    ],
    ['a file that is no array', gradient({ '--input': model }), 1, /npy: expected a NumPy array file/],
    ['a file that is not there', gradient({ '--input': join(folder, 'absent.npy') }), 1, /ENOENT/],
    [
      'a target that is no index',
      attack({ '--target': 'malignant' }),
      2,
      /Target: expected a class index, got malignant/,
    ],
    [
      'a target beyond the classes',
      attack({ '--target': '3' }),
      2,
      /Target: expected a class index below 3, got 3/,
    ],
    [
      'values beyond [0, 1]',
      attack({ '--input': save('loud.npy', [1, 1, 12, 12], new Float32Array(144).fill(2)) }),
      1,
      /expected images within their bounds/,
    ],
    [
      'the second term of reference mode on grey images',
      attack({ '--mode': 'reference', '--alpha': '1' }),
      2,
      /expected images of 3 channels/,
    ],
  ])('%s is told with its exit code', async (_name, args, code, message) => {
    const ended = await commandLine(args)
    expect(ended.err).toMatch(message)
    expect(ended.code).toBe(code)
    expect(existsSync(out)).toBe(false)
  })
})

describeWithDebian('NumPy', ['python3-numpy'], () => {
  test('reads what we write, and we read what it writes', async () => {
    const { model } = writeClassifier(join(folder, 'numpy'))
    const [x, y, out] = ['numpy-x.npy', 'numpy-y.npy', 'numpy-g.npy'].map((name) => join(folder, name))
    python(
      `x = numpy.linspace(0, 1, 288).reshape(2, 1, 12, 12); numpy.save('${x!}', numpy.asfortranarray(x)); numpy.save('${y!}', numpy.array([0, 2]))`,
    )
    await jsonOf([
      'gradient',
      '--model',
      model,
      '--input',
      x!,
      '--loss',
      'cross-entropy',
      '--target',
      y!,
      '--out',
      out!,
    ])
    const { data } = load(out!)
    const seen = JSON.parse(
      python(
        `g = numpy.load('${out!}'); print(json.dumps([str(g.dtype), list(g.shape), g.ravel().tolist()]))`,
      ),
    ) as unknown
    expect(seen).toEqual(['float32', [2, 1, 12, 12], [...data]])
    expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(1e-3)
  })
})

function options(
  command: string,
  own: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): string[] {
  return ['tensor', command, ...Object.entries({ ...own, ...changes }).flat(), '--device', 'cpu']
}

function python(code: string): string {
  return execFileSync('/usr/bin/python3', ['-c', `import json, numpy\n${code}`], { encoding: 'utf8' })
}

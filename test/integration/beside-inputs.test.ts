import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import type { DataElement } from '../../src/core/dicom/write/encode.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { readNpy, tensorFromNpy, writeNpy } from '../../src/core/tensor/npy.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { attackRequest, tinyInput } from '../support/attack-requests.ts'
import { commandLine } from '../support/command-line.ts'
import { largestDifference } from '../support/numbers.ts'
import { writeImage, type WrittenImage } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Of scripts/goldens/beside.py: a PyTorch network of five inputs, values for them, logits and gradient. */
const fixtures = fileURLToPath(new URL('../fixtures/beside', import.meta.url))
const golden = (name: string) => join(fixtures, `${name}.npy`)
const arrayOf = (path: string) => tensorFromNpy(readNpy(readFileSync(path)))

describe('arrays', () => {
  const beside = ['age', 'sex', 'spacing', 'mask'].map((name) => `${name}=${golden(name)}`)
  const gradient = (out: string, ...more: string[]) => gradientOf('model.onnx', out, ...more)
  const gradientOf = (model: string, out: string, ...more: string[]) => [
    ...['tensor', 'gradient', '--model', join(fixtures, model), '--input', golden('image')],
    ...['--loss', 'cross-entropy', '--target', golden('labels'), '--out', out, ...more],
  ]

  test.each(['cpu', 'auto'])('the gradient on %s is PyTorch’s, one value a sample', async (device) => {
    const out = join(temporaryFolder('beside-gradient'), 'gradient.npy')
    const args = gradient(out, '--input-name', 'image', '--device', device, '--beside', ...beside)
    expect(await commandLine(args)).toMatchObject({ code: 0 })
    expect(largestDifference(arrayOf(out).data, arrayOf(golden('gradient')).data)).toBeLessThan(1e-6)
  })

  test('a graph for one image at a time gets each image with its values', async () => {
    const out = join(temporaryFolder('beside-one'), 'gradient.npy')
    const args = gradientOf(
      'one.onnx',
      out,
      '--input-name',
      'image',
      '--device',
      'cpu',
      '--beside',
      ...beside,
    )
    expect(await commandLine(args)).toMatchObject({ code: 0 })
    expect(largestDifference(arrayOf(out).data, arrayOf(golden('gradient')).data)).toBeLessThan(1e-6)
  })

  test('an input without a batch is a constant of the graph', async () => {
    const folder = temporaryFolder('beside-training')
    const graph = new GraphBuilder()
    const [image, training] = [graph.input('image', ['batch', 1, 2, 2]), graph.input('training', [], 'bool')]
    const flat = graph.node('Flatten', [image])
    const doubled = graph.node('Mul', [flat, graph.floats([], [2])])
    graph.output(graph.node('Where', [training, flat, doubled]), ['batch', 4])
    const [model, x] = [join(folder, 'model.onnx'), join(folder, 'x.npy')]
    writeFileSync(model, encodeModel(graph.build()))
    const ones = { dataType: 'float32', shape: [2, 1, 2, 2], data: new Float32Array(8).fill(1) } as const
    writeFileSync(x, writeNpy(ones))
    const target = join(folder, 't.npy')
    writeFileSync(target, writeNpy({ ...ones, shape: [2, 4] }))
    for (const [value, slope] of [
      ['true', 1],
      ['false', 2],
    ] as const) {
      const out = join(folder, 'g.npy')
      const files = ['--model', model, '--input', x, '--target', target, '--out', out, '--loss', 'dot']
      const args = ['tensor', 'gradient', ...files, '--device', 'cpu', '--beside', `training=${value}`]
      expect((await commandLine(args)).code).toBe(0)
      expect([...arrayOf(out).data]).toEqual(new Array(8).fill(slope))
    }
  })

  test('a number is the same for every sample, and a missing input is refused by name', async () => {
    const out = join(temporaryFolder('beside-constant'), 'gradient.npy')
    const constant = ['age=0.1', 'sex=true', 'spacing=1,0.5', `mask=${golden('mask')}`]
    const args = gradient(out, '--device', 'cpu', '--input-name', 'image', '--beside')
    expect((await commandLine([...args, ...constant])).code).toBe(0)
    const [ours, theirs] = [arrayOf(out).data, arrayOf(golden('gradient')).data]
    expect(largestDifference(ours.subarray(144, 288), theirs.subarray(144, 288))).toBeLessThan(1e-6)
    const refused = await commandLine([...args, ...constant.slice(0, 3)])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("'mask'") as string })
    const wrong = await commandLine([...args, 'age=old'])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('NAME=VALUE') as string })
  })

  test('attacks keep each sample’s own values', async () => {
    const folder = temporaryFolder('beside-attack')
    const args = [
      ...['tensor', 'attack', '--model', join(fixtures, 'model.onnx'), '--input', golden('image')],
      ...['--input-name', 'image', '--labels', golden('labels'), '--out', join(folder, 'x.npy')],
      ...['--method', 'fgsm', '--epsilon', '4/255', '--device', 'cpu', '--batch', '2', '--beside', ...beside],
    ]
    expect((await commandLine(args)).code).toBe(0)
    const [x, made, slope] = [golden('image'), join(folder, 'x.npy'), golden('gradient')].map(
      (path) => arrayOf(path).data,
    )
    const moved = made!.map((value, i) => Math.sign(value - x![i]!))
    const inside = [...x!.keys()].filter((i) => x![i]! > 0.02 && x![i]! < 0.98 && Math.abs(slope![i]!) > 1e-7)
    expect(inside.length).toBeGreaterThan(100)
    for (const i of inside) expect(moved[i]).toBe(Math.sign(slope![i]!))
  })
})

test('references of a graph of several inputs give the values of each', async () => {
  const folder = temporaryFolder('beside-references')
  cpSync(fixtures, folder, { recursive: true })
  const firstOf = (name: string) => {
    const { shape, data } = arrayOf(golden(name))
    const first = {
      dataType: 'float32',
      shape: [1, ...shape.slice(1)],
      data: data.slice(0, data.length / 3),
    } as const
    writeFileSync(join(folder, `first-${name}.npy`), writeNpy(first))
    return `first-${name}.npy`
  }
  const reference = (age: number) => ({
    inputs: { age, sex: 0, spacing: [0.7, 0.7], mask: firstOf('mask') },
    input: firstOf('image'),
    output: firstOf('logits'),
  })
  const card = (age: number) => ({
    input: { name: 'image', layout: 'NCHW', size: [12, 12], channels: 1 },
    inputs: {
      age: { kind: 'attribute', attribute: 'PatientAge' },
      sex: { kind: 'attribute', attribute: 'PatientSex', values: { M: 0 } },
      spacing: { kind: 'attribute', attribute: 'PixelSpacing' },
      mask: { kind: 'arrays', folder: 'masks', default: 1 },
    },
    ...{ intensity: { kind: 'stored-range' }, fit: { kind: 'stretch' }, interpolation: 'bilinear' },
    ...{ mean: [0], std: [1], references: [reference(age)] },
    output: { activation: 'softmax', gives: 'logits', classes: ['a', 'b', 'c'] },
  })
  const check = async (age: number) => {
    writeFileSync(join(folder, 'card.json'), JSON.stringify(card(age)))
    return commandLine(['model', 'check', join(folder, 'model.onnx'), '--device', 'cpu'])
  }
  expect(await check(-0.7)).toMatchObject({ code: 0 })
  expect(await check(0.7)).toMatchObject({ code: 1, err: expect.stringContaining('in the graph') as string })
})

describe('a study', () => {
  const folder = temporaryFolder('beside-study')
  const study = join(folder, 'study')
  const paths = { model: join(folder, 'model.onnx'), card: join(folder, 'model.card.json') }
  const ages = ['034Y', '071Y', '018M', '052Y', '090Y']
  const years = [34, 71, 1.5, 52, 90]
  const sexes = ['M', 'F', 'F', 'M', 'F']
  const masks = Array.from({ length: 5 }, (_, n) =>
    Float32Array.from({ length: 144 }, (_, i) => Number((i + n) % 3 > 0)),
  )
  const card = {
    input: { name: 'image', layout: 'NCHW', size: [12, 12], channels: 1 },
    inputs: {
      age: { kind: 'attribute', attribute: 'PatientAge', mean: 60, std: 20 },
      sex: { kind: 'table', file: 'sexes.csv', column: 'sex', values: { M: 0, F: 1 } },
      spacing: { kind: 'attribute', attribute: 'PixelSpacing', default: [1, 0.5] },
      mask: { kind: 'arrays', folder: 'masks', default: 1 },
    },
    intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear',
    mean: [0.4],
    std: [0.5],
    output: { activation: 'softmax', gives: 'logits', classes: ['a', 'b', 'c'] },
  }
  let images: WrittenImage[] = []

  const element = (tag: number, vr: DataElement['vr'], value: string) => ({ tag, vr, value }) as DataElement

  beforeAll(() => {
    vi.stubEnv('RADVERSARY_HOME', join(folder, 'home'))
    images = ages.map((age, n) =>
      writeImage(study, n + 1, {
        more: [
          element(0x00101010, 'AS', age),
          ...(n === 3 ? [] : [element(0x00280030, 'DS', `0.${n + 4}\\0.${9 - n}`)]),
        ],
      }),
    )
    cpSync(join(fixtures, 'model.onnx'), paths.model)
    writeFileSync(paths.card, JSON.stringify(card))
    const rows = images.map(({ name }, n) => `${name},${sexes[n]}`)
    writeFileSync(join(folder, 'sexes.csv'), ['file,sex', ...rows].join('\n'))
    mkdirSync(join(folder, 'masks'))
    images.slice(0, 4).forEach(({ sopInstanceUid }, n) => {
      const mask = { dataType: 'float32', shape: [12, 12], data: masks[n]! } as const
      writeFileSync(join(folder, 'masks', `${sopInstanceUid}.npy`), writeNpy(mask))
    })
  })

  /** The file, run by itself on values that were worked out here. */
  async function probabilities(n: number): Promise<number[]> {
    const session = await createOrtRuntime({ device: 'cpu' }).createSession(readFileSync(paths.model))
    const image = images[n]!
    const float = (shape: number[], values: ArrayLike<number>) =>
      ({ dataType: 'float32', shape, data: Float32Array.from(values) }) as const
    const spacing = n === 3 ? [1, 0.5] : [(n + 4) / 10, (9 - n) / 10]
    const results = await session.run({
      image: float([1, 1, 12, 12], tinyCard(image)),
      age: float([1, 1], [(years[n]! - 60) / 20]),
      sex: { dataType: 'int64', shape: [1], data: BigInt64Array.of(BigInt(sexes[n] === 'F')) },
      spacing: float([1, 2], spacing),
      mask: float([1, 1, 12, 12], n === 4 ? new Float32Array(144).fill(1) : masks[n]!),
    })
    await session.dispose()
    const raised = [...(results['logits']!.data as Float32Array)].map(Math.exp)
    const sum = raised.reduce((a, b) => a + b, 0)
    return raised.map((value) => value / sum)
  }

  const tinyCard = (image: WrittenImage) => tinyInput(image, image.values, { lower: -1024, upper: 1024 })

  test('each image is predicted with its own age, sex, spacing and mask', async () => {
    const request = { study: [study], ...paths, home: folder, device: 'cpu', threads: 1 }
    const { predictions } = await predictStudy(request)
    expect(predictions).toHaveLength(5)
    for (const [n, { probabilities: got }] of predictions.entries())
      expect(largestDifference(got, await probabilities(n))).toBeLessThan(1e-5)
  })

  test.each([1, 2])('attacks on %i lanes are read back, verified and compared with them', async (threads) => {
    const out = join(folder, `out-${threads}`)
    const changes = { method: 'pgd', earlyStop: true, threads, batch: 4 } as const
    const { record } = await attackStudy(attackRequest(paths, { study, out }, changes))
    expect(record.images).toHaveLength(5)
    const verified = await commandLine(['verify', out, '--model', paths.model, '--device', 'cpu'])
    expect(verified).toMatchObject({ code: 0, err: '' })
    const cells = join(folder, `compared-${threads}`)
    const models = ['--model', paths.model, '--method', 'fgsm', '--epsilon', '4/255']
    const compared = await commandLine([
      'compare',
      '--study',
      study,
      ...models,
      '--device',
      'cpu',
      '--out',
      cells,
    ])
    expect(compared.code).toBe(0)
  })

  test('verify looks for tables and arrays beside the card that is given', async () => {
    const elsewhere = join(folder, 'elsewhere', 'model.onnx')
    mkdirSync(join(folder, 'elsewhere'), { recursive: true })
    cpSync(paths.model, elsewhere)
    const out = join(folder, 'out-elsewhere')
    await attackStudy(
      attackRequest({ ...paths, model: elsewhere }, { study, out }, { method: 'fgsm', settings: {} }),
    )
    const verify = ['verify', out, '--model', elsewhere, '--device', 'cpu']
    expect((await commandLine(verify)).code).toBe(1)
    expect(await commandLine([...verify, '--card', paths.card])).toMatchObject({ code: 0, err: '' })
  })

  test('runs are named by the contents of tables and arrays too', async () => {
    const idOf = async (name: string) => {
      const out = join(folder, name)
      const { record } = await attackStudy(
        attackRequest(paths, { study, out }, { method: 'fgsm', settings: {} }),
      )
      const compared = [
        'compare',
        '--study',
        study,
        '--model',
        paths.model,
        '--device',
        'cpu',
        '--method',
        'fgsm',
      ]
      await commandLine([...compared, '--epsilon', '4/255', '--out', `${out}-compared`])
      const comparison = readFileSync(join(`${out}-compared`, 'comparison.json'), 'utf8')
      return [record.exportId, (JSON.parse(comparison) as { readonly exportId: string }).exportId]
    }
    const before = await idOf('id-before')
    expect(await idOf('id-same')).toEqual(before)
    const mask = join(folder, 'masks', `${images[0]!.sopInstanceUid}.npy`)
    const bytes = readFileSync(mask)
    writeFileSync(mask, writeNpy({ dataType: 'float32', shape: [12, 12], data: new Float32Array(144) }))
    const after = await idOf('id-after')
    writeFileSync(mask, bytes)
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).not.toBe(before[1])
  })

  test('an image without a value is left behind, by the name of file and attribute', async () => {
    const { default: _, ...spacing } = card.inputs.spacing
    const strict = join(folder, 'strict.card.json')
    writeFileSync(strict, JSON.stringify({ ...card, inputs: { ...card.inputs, spacing } }))
    const args = ['predict', '--study', study, '--model', paths.model, '--card', strict, '--device', 'cpu']
    const { code, out } = await commandLine(args)
    expect(code).toBe(3)
    expect(out).toMatch(/004\.dcm[^]*Model input 'spacing': expected a value in PixelSpacing, got none/)
  })

  test.each([
    ['is damaged', Uint8Array.of(1, 2, 3), 'masks/$UID.npy: npy: expected a NumPy array file'],
    ['is of another size', writeNpy({ dataType: 'float32', shape: [3, 3], data: new Float32Array(9) }), "Model input 'mask': expected [1, 12, 12] a sample, got [3, 3]"],
  ])('an image whose array %s is left behind, by the names of both', async (_name, bytes, message) => {
    const { sopInstanceUid } = images[1]!
    const path = join(folder, 'masks', `${sopInstanceUid}.npy`)
    const before = readFileSync(path)
    writeFileSync(path, bytes)
    const request = { study: [study], ...paths, home: folder, device: 'cpu', threads: 1 }
    const { predictions, failures } = await predictStudy(request).finally(() => { writeFileSync(path, before) })
    expect(predictions).toHaveLength(4)
    const said = expect.stringContaining(message.replace('$UID', sopInstanceUid)) as string
    expect(failures).toMatchObject([{ file: '002.dcm', code: 'labels-invalid', message: said }])
  }) // prettier-ignore

  test('a card that leaves an input out is told what it may say of it', async () => {
    const { mask: _, ...inputs } = card.inputs
    const short = join(folder, 'short.card.json')
    writeFileSync(short, JSON.stringify({ ...card, inputs }))
    const { code, err } = await commandLine([
      'predict',
      '--study',
      study,
      '--model',
      paths.model,
      '--card',
      short,
    ])
    expect(code).toBe(1)
    expect(err).toContain('"mask":{"kind":"arrays","folder":"masks"}')
  })

  test('a shard refuses other tables and arrays than were planned', async () => {
    const plan = join(folder, 'plan')
    mkdirSync(join(folder, 'studies'))
    cpSync(study, join(folder, 'studies', 'one'), { recursive: true })
    const attack = ['--studies', join(folder, 'studies'), '--model', paths.model, '--method', 'fgsm']
    const where = ['--device', 'cpu', '--shards', '1', '--for', 'slurm', '--out', plan]
    expect(await commandLine(['cohort', 'plan', ...attack, ...where])).toMatchObject({ code: 0 })
    for (const name of ['sexes.csv', `masks/${images[0]!.sopInstanceUid}.npy`]) {
      const bytes = readFileSync(join(folder, name))
      writeFileSync(join(folder, name), Buffer.concat([bytes, Buffer.from('\n')]))
      const { code, err } = await commandLine(['cohort', 'run', plan, '--shard', '0'])
      writeFileSync(join(folder, name), bytes)
      expect([code, err]).toEqual([1, expect.stringContaining(join(folder, name.split('/')[0]!))])
    }
  })

  test('an added model takes tables and arrays along', async () => {
    const named = join(folder, 'named.card.json')
    writeFileSync(named, JSON.stringify({ ...card, name: 'kept' }))
    expect((await commandLine(['model', 'add', paths.model, '--card', named])).code).toBe(0)
    const predicted = await commandLine(['predict', '--study', study, '--model', 'kept', '--device', 'cpu'])
    expect(predicted).toMatchObject({ code: 0 })
  })
})

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readNpy, tensorFromNpy } from '../../src/core/tensor/npy.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { largestDifference } from '../support/numbers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const report = z.object({ count: z.int(), difference: z.number(), departures: z.array(z.unknown()) })

/** What `model check` says of a model and its references, from the image files on. */
async function checked(file: string) {
  const ended = await commandLine(['model', 'check', file, '--device', 'cpu', '--json'])
  expect(`${ended.code} ${ended.err}`).toMatch(/^0 /)
  return report.parse(jsonOf(ended))
}

test('what radversary_card.py wrote is the model that was trained (scripts/goldens/exported.py)', async () => {
  const { count, difference } = await checked(join(root, 'test/fixtures/exported/tiny.onnx'))
  expect(count).toBe(2)
  expect(difference).toBeLessThan(1e-5)
})

test.each(['ct', 'pet-ct', 'mr-2d'])(
  'an nnU-Net (%s) is run as its plan says, from NIfTI to the logits of its voxels (scripts/goldens/nnunet_plan.py)',
  async (name) => {
    const { count, difference } = await checked(join(root, `test/fixtures/nnunet-plan/${name}/${name}.onnx`))
    expect(count).toBe(1)
    expect(difference).toBeLessThan(1e-5)
  },
)

test('`model show` says what files beside a model say of it, and where that is against the graph', async () => {
  const beside = temporaryFolder('sidecars')
  const fixtures = join(root, 'test/fixtures')
  copyFileSync(join(fixtures, 'exported/tiny.onnx'), join(beside, 'model.onnx'))
  for (const name of ['config.json', 'preprocessor_config.json'])
    copyFileSync(join(fixtures, 'sidecars/hugging-face-clip', name), join(beside, name))
  const shown = jsonOf(await commandLine(['model', 'show', join(beside, 'model.onnx'), '--json']))
  const { card, sources, warnings, missing } = z
    .object({
      card: z.object({ fit: z.unknown(), output: z.object({ classes: z.array(z.string()) }) }),
      sources: z.record(z.string(), z.string()),
      warnings: z.array(z.object({ message: z.string() })),
      missing: z.array(z.unknown()),
    })
    .parse(shown)
  expect(card).toMatchObject({
    fit: { kind: 'centre-crop', shorterSide: 224 },
    output: { classes: ['normal', 'benign', 'malignant'] },
  })
  expect(sources['mean']).toBe('preprocessor_config.json: image_mean')
  expect(warnings.map(({ message }) => message).join()).toContain('the graph [28,28]')
  expect(missing).toEqual([])
  const { out } = await commandLine(['model', 'show', join(beside, 'model.onnx')])
  expect(out).toContain('mean: from preprocessor_config.json: image_mean')
})

test('`model exporter` prints radversary_card.py', async () => {
  const { code, out } = await commandLine(['model', 'exporter'])
  expect(code).toBe(0)
  expect(out).toBe(readFileSync(join(root, 'resources/python/radversary_card.py'), 'utf8'))
})

const python = process.env['RADVERSARY_PEERS_PYTHON']
if (python === undefined && process.env['npm_lifecycle_event'] === 'test:python')
  throw new Error(
    'RADVERSARY_PEERS_PYTHON: expected the python of an environment with torch, timm, MONAI, Keras, nnU-Net and albumentations, got nothing',
  )

const script = join(root, 'scripts/goldens/exported_models.py')
const exported = z.array(z.object({ name: z.string(), model: z.string(), transform: z.string() }))
const volumes = [
  'monai-densenet-3d',
  'monai-segresnet-3d',
  'monai-nnunet-3d',
  'nnunet-plan',
  'nnunet-plan-2d',
]
const onTensorFlow = process.env['RADVERSARY_TENSORFLOW_PYTHON'] === undefined ? [] : ['keras-tensorflow']
const ofKeras = ['keras-mobilenet', 'keras-layers', ...onTensorFlow]
const pictures = ['resnet18', 'resnet18-v2', 'convnext', 'vit', 'albumentations', 'xray', 'monai-2d']
const names = [...pictures, ...ofKeras, ...volumes]

test.skipIf(python === undefined)('radversary_card.py reads, asks and refuses', { timeout: 600_000 }, () => {
  const ran = spawnSync(python ?? '', [join(root, 'test/python/radversary_card_test.py')], {
    encoding: 'utf8',
  })
  expect(ran.stderr).toMatch(/Ran \d\d tests/)
  expect(ran.status, ran.stderr).toBe(0)
})

describe.skipIf(python === undefined)('models exported by RADVERSARY_PEERS_PYTHON', () => {
  const folder = temporaryFolder('exported')
  const rows: string[] = []
  let versions = ''
  let known: z.output<typeof exported> = []
  beforeAll(() => {
    versions = execFileSync(python ?? '', [script, folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    known = exported.parse(JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')))
  }, 1_800_000)

  afterAll(async () => {
    if (rows.length < names.length) return
    const page = join(root, 'docs/model-card.md')
    const table = [
      '<!-- report -->',
      '',
      versions.trim(),
      '',
      ...head,
      ...rows.sort(),
      '',
      '<!-- /report -->',
    ]
    const text = readFileSync(page, 'utf8').replace(/<!-- report -->[^]*<!-- \/report -->/, table.join('\n'))
    writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }))
  })

  const head = ['| Model | Transform | Image file to output | Gradient |', '| --- | --- | --- | --- |']
  const at = (name: string, file: string) => join(folder, name, file)
  const array = (path: string) => tensorFromNpy(readNpy(readFileSync(path), path))

  /** Largest difference from the framework's gradient, in float64 there, as a part of its largest value. */
  async function gradientDifference(name: string): Promise<number> {
    const files = [
      '--model',
      at(name, `${name}.onnx`),
      '--input',
      at(name, 'x.npy'),
      '--target',
      at(name, 't.npy'),
    ]
    const out = at(name, 'ours.npy')
    const ended = await commandLine([
      'tensor',
      'gradient',
      ...files,
      '--loss',
      'cross-entropy',
      '--out',
      out,
      '--device',
      'cpu',
    ])
    expect(`${ended.code} ${ended.err}`).toMatch(/^0 /)
    const theirs = array(at(name, 'gradient.npy')).data
    return (
      largestDifference(array(out).data, theirs) /
      theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    )
  }

  const about = '%s: image file to output within 1e-4, gradient within 1e-3'
  test.each(names)(about, { timeout: 120_000 }, async (name) => {
    const { model, transform } = z.object({ model: z.string(), transform: z.string() }).parse(known.find((each) => each.name === name)) // prettier-ignore
    const { count, difference } = await checked(at(name, `${name}.onnx`))
    const gradient = await gradientDifference(name)
    expect(count).toBeGreaterThan(1)
    expect(difference).toBeLessThan(1e-4)
    expect(gradient).toBeLessThan(1e-3)
    rows.push(`| ${model} | ${transform} | ${difference.toExponential(1)} | ${gradient.toExponential(1)} |`)
  })
})

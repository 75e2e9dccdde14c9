import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, test, vi } from 'vitest'
import { readNpy, writeNpy } from '../../src/core/tensor/npy.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { attackRequest } from '../support/attack-requests.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { writeSliceModel } from '../support/slice-models.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Of scripts/goldens/references.py: a PyTorch model, its cards, and what they made of images. */
const fixtures = fileURLToPath(new URL('../fixtures/references', import.meta.url))
const base = temporaryFolder('references')
let folder = ''
let made = 0

beforeEach(() => {
  folder = join(base, String(made++))
  cpSync(fixtures, folder, { recursive: true })
  vi.stubEnv('RADVERSARY_HOME', join(folder, 'home'))
})

const model = () => join(folder, 'model.onnx')
const check = (card: string, ...more: string[]) =>
  commandLine(['model', 'check', model(), '--card', join(folder, card), '--device', 'cpu', ...more])

const fgsm = () => ({ home: join(folder, 'home'), method: 'fgsm', settings: {} })

/** Writes a card with changes, and gives its name. */
function changed(card: string, changes: object): string {
  const whole = JSON.parse(readFileSync(join(folder, card), 'utf8')) as object
  writeFileSync(join(folder, 'changed.card.json'), JSON.stringify({ ...whole, ...changes }))
  return 'changed.card.json'
}

test.each(['byte', 'word', 'hu'])(
  'what PyTorch made of images of %s is what we make of them',
  async (name) => {
    const ended = await check(`${name}.card.json`, '--json')
    expect(ended.code).toBe(0)
    const report = jsonOf(ended) as { count: number; difference: number; departures: unknown[] }
    expect(report).toMatchObject({ count: name === 'hu' ? 2 : 1, departures: [] })
    expect(report.difference).toBeLessThan(1e-5)
    expect((await check(`${name}.card.json`)).out).toMatch(/^This is the model that was trained: /)
  },
)

test.each([
  [
    'another resampling',
    { interpolation: 'bilinear' },
    'departs after resampling: it differs by 0.',
    'interpolation',
  ],
  ['no rounding', { rounding: undefined }, 'departs after resampling', 'rounding'],
  ['another mean', { mean: [0.5] }, 'after normalisation: it differs by 0.0', 'mean, std'],
  ['another size', { fit: { kind: 'stretch' }, input: { size: [20, 24] } }, 'input: NCHW', 'mend'],
])('a card of %s is told where it departs', async (_, changes, where, tip) => {
  const { code, err } = await check(changed('byte.card.json', changes))
  expect(code).toBe(1)
  expect(err).toContain(where)
  expect(err).toContain(tip)
})

test('without the resampled array, factor and offset of each channel tell a normalisation from the rest', async () => {
  const references = [
    { image: 'reference/byte.png', input: 'reference/byte-input.npy', output: 'reference/byte-output.npy' },
  ]
  const ofMean = await check(changed('byte.card.json', { references, std: [0.44] }))
  expect(ofMean.err).toMatch(/after normalisation: .* the reference's is 2 × ours \+ /)
  const ofFilter = await check(changed('byte.card.json', { references, interpolation: 'nearest' }))
  expect(ofFilter.err).toMatch(/departs before the graph: /)
  const outputs = [{ image: 'reference/byte.png', output: 'reference/byte-output.npy' }]
  const alone = await check(changed('byte.card.json', { references: outputs, std: [0.44] }))
  expect(alone.err).toMatch(/departs in the output: [^]*`input` of the reference would show/)
})

test('other weights than those that made the reference depart in the graph', async () => {
  const path = join(folder, 'reference', 'byte-output.npy')
  const output = readNpy(readFileSync(path))
  output.data[0] = Number(output.data[0]) + 0.01
  writeFileSync(path, writeNpy(output))
  const { code, err } = await check('byte.card.json')
  expect(code).toBe(1)
  expect(err).toContain("departs in the graph, which was given the reference's own input")
})

test('of listed slices a reference’s output is that of the middle one, as of counted ones', async () => {
  const card = join(folder, 'hu.card.json')
  const slices = writeSliceModel(folder, { model: model(), card }, [0.25, 0.5, 0.25])
  const { input: _, ...rest } = JSON.parse(readFileSync(slices.card, 'utf8')) as Record<string, unknown>
  const image = ['hu', 'hu', 'hu'].map((name) => `reference/${name}.npy`)
  const references = [{ image, output: 'reference/hu-output.npy' }]
  const listed = [-1, 0, 1].map((slice) => ({ kind: 'slice', slice }))
  for (const input of [{ slices: { count: 3 } }, { channels: listed }]) {
    writeFileSync(slices.card, JSON.stringify({ ...rest, input, references }))
    const ended = await commandLine([
      'model',
      'check',
      slices.model,
      '--card',
      slices.card,
      '--device',
      'cpu',
    ])
    expect(ended.err + ended.out).toContain('This is the model that was trained')
  }
})

test('a wider tolerance takes what differs by less', async () => {
  const card = changed('byte.card.json', { rounding: undefined, referenceTolerance: 0.05 })
  expect((await check(card)).code).toBe(0)
})

test.each([
  ['a file that there is not', 'gone.npy', 'ENOENT'],
  ['a file elsewhere', '../model.npy', 'expected a file beside the card'],
])('%s is refused by name', async (_, output, message) => {
  const references = [{ image: 'reference/byte.png', output }]
  const { code, err } = await check(changed('byte.card.json', { references }))
  expect(code).toBe(1)
  expect(err).toContain(message)
})

test('an image that is damaged, or of fractions, is refused by name', async () => {
  writeFileSync(
    join(folder, 'reference', 'byte.png'),
    readFileSync(join(folder, 'reference', 'byte.png')).subarray(0, 200),
  )
  expect((await check('byte.card.json')).err).toMatch(/PNG: expected a sound image/)
  const fractions = {
    dataType: 'float32',
    shape: [37, 51],
    data: new Float32Array(37 * 51).fill(0.5),
  } as const
  writeFileSync(join(folder, 'reference', 'hu.npy'), writeNpy(fractions))
  expect((await check('hu.card.json')).err).toMatch(/expected an image of whole numbers/)
})

test('a model without references can not be checked', async () => {
  const { code, err } = await check(changed('byte.card.json', { references: undefined }))
  expect(code).toBe(2)
  expect(err).toContain('expected a card with references, got none')
})

test('a model that is added takes its references along, and says what they say', async () => {
  const card = join(folder, changed('byte.card.json', { name: 'kept' }))
  const { code, out } = await commandLine(['model', 'add', model(), '--card', card])
  expect(code).toBe(0)
  expect(out).toContain('This is the model that was trained: 1 reference')
  expect(readdirSync(join(folder, 'home', 'models', 'kept', 'reference'))).toContain('byte-output.npy')
  const shown = await commandLine(['model', 'show', 'kept', '--json'])
  expect(jsonOf(shown)).toMatchObject({ references: { count: 1, departures: [] } })
})

test('checks are kept by hash: the second costs no inference', async () => {
  await check('byte.card.json')
  const kept = readdirSync(join(folder, 'home', 'references'))
  expect(kept).toHaveLength(1)
  const path = join(folder, 'home', 'references', kept[0]!)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"count": 1', '"count": 7'))
  expect((await check('byte.card.json')).out).toContain('7 references')
  const renamed = { name: 'other', provenance: { source: 'elsewhere' } }
  expect((await check(changed('byte.card.json', renamed))).out).toContain('7 references')
  rmSync(path)
  expect((await check('byte.card.json')).out).toContain('1 reference ')
})

test('runs of a model that departs are refused, unless that is forced; the record says it', async () => {
  const study = join(folder, 'study')
  writeSeries(study, 1)
  const tools = ['--study', study, '--model', model(), '--device', 'cpu']
  const departing = ['--card', join(folder, changed('hu.card.json', { mean: [0.5] }))]
  for (const command of [['predict'], ['attack', '--method', 'fgsm', '--out', join(folder, 'out')]]) {
    const refused = await commandLine([...command, ...tools, ...departing])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--force-references') as string })
  }
  expect((await commandLine(['predict', ...tools, ...departing, '--force-references'])).code).toBe(0)
  const request = attackRequest({ model: model(), card: departing[1]! }, { study, out: join(folder, 'out') })
  const { record } = await attackStudy({ ...request, ...fgsm(), forceReferences: true })
  expect(record.attack.forceReferences).toBe(true)
  expect(record.model.references).toMatchObject({ count: 2, departures: [{}, {}] })
  expect(record.notices[0]?.message).toMatch(/^Reference 1 \(reference\/hu.npy\) departs after normalisation/)
})

test('the record of a model that agrees says so', async () => {
  const study = join(folder, 'study')
  writeSeries(study, 1)
  const request = attackRequest(
    { model: model(), card: join(folder, 'hu.card.json') },
    { study, out: join(folder, 'out') },
  )
  const { record } = await attackStudy({ ...request, ...fgsm() })
  expect(record.model.references).toMatchObject({ count: 2, tolerance: 1e-4, departures: [] })
  expect(record.attack.forceReferences).toBeUndefined()
  const again = await attackStudy({ ...request, ...fgsm(), forceReferences: true })
  expect(again.record.exportId).toBe(record.exportId)
})

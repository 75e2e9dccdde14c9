import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { writeImage, writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('command-line')
const study = join(base, 'study')
const partly = join(base, 'partly')
const broken = join(base, 'broken')
let tiny: TinyClassifier
const cpu = ['--device', 'cpu', '--threads', '1']

beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  writeSeries(study, 3)
  writeSeries(partly, 2)
  const cut = readFileSync(writeImage(broken, 1).path).subarray(0, 400)
  for (const folder of [partly, broken])
    writeFileSync(join(folder, folder === broken ? '001.dcm' : '003.dcm'), cut)
  tiny = writeClassifier(join(base, 'model'))
})
afterAll(() => {
  vi.unstubAllEnvs()
})

let outs = 0
const attackOptions = (from = study) => [
  'attack',
  '--study',
  from,
  '--model',
  tiny.model,
  ...cpu,
  '--out',
  join(base, `out-${outs++}`),
]

describe('help', () => {
  test('lists each command with what it does, and is a command’s own where one is named', async () => {
    const { out } = await commandLine(['--help'])
    expect(out).toMatch(/^ {2}inspect +say which series there are/m)
    expect(out).toMatch(/^ {2}bench +measure speed and memory/m)
    const own = await commandLine(['verify', '--help'])
    expect(own.out).toMatch(/^Usage: radversary verify \[options\] <dir>\n\nread an export again/)
    expect(await commandLine(['help', 'verify'])).toEqual(own)
  })
})

describe('exit codes', () => {
  test.each<[string, () => string[], number]>([
    ['help', () => ['--help'], 0],
    ['help of a command', () => ['attack', '--help'], 0],
    ['the version', () => ['--version'], 0],
    ['inspect, done', () => ['inspect', study], 0],
    ['inspect, some inputs failed', () => ['inspect', partly], 3],
    ['inspect, all inputs failed', () => ['inspect', broken], 1],
    ['inspect, nothing there', () => ['inspect', join(base, 'absent')], 1],
    ['predict, done', () => ['predict', '--study', study, '--model', tiny.model, ...cpu], 0],
    ['predict, some inputs failed', () => ['predict', '--study', partly, '--model', tiny.model, ...cpu], 3],
    ['predict, all inputs failed', () => ['predict', '--study', broken, '--model', tiny.model, ...cpu], 1],
    ['attack, done', () => attackOptions(), 0],
    ['attack, some inputs failed', () => attackOptions(partly), 3],
    ['attack, all inputs failed', () => attackOptions(broken), 1],
    ['verify, nothing there', () => ['verify', join(base, 'absent')], 1],
    ['verify, no export', () => ['verify', study], 1],
    ['model list', () => ['model', 'list'], 0],
    ['model show', () => ['model', 'show', tiny.model], 0],
    ['model show, a name that there is not', () => ['model', 'show', 'absent'], 2],
    ['no command', () => [], 2],
    ['a command that there is not', () => ['atack'], 2],
    ['an option that there is not', () => ['inspect', study, '--fast'], 2],
    ['an argument missing', () => ['inspect'], 2],
    ['an option missing', () => ['predict', '--study', study], 2],
    ['model without what to do', () => ['model'], 2],
    ['tensor without what to do', () => ['tensor'], 2],
    ['a number that is none', () => [...attackOptions(), '--batch', 'many'], 2],
    ['a seed that is no whole number', () => [...attackOptions(), '--seed', '1.5'], 2],
    ['a method that there is not', () => [...attackOptions(), '--method', 'magic'], 2],
    ['a setting that there is not', () => [...attackOptions(), '--magic', '1'], 2],
    ['a setting of another method', () => [...attackOptions(), '--decay', '1'], 2],
    ['a setting without sense', () => [...attackOptions(), '--steps', '0'], 2],
    ['a size without sense', () => [...attackOptions(), '--epsilon', '8 apples'], 2],
    ['a mode of another method', () => [...attackOptions(), '--method', 'pgd', '--mode', 'reference'], 2],
    ['an export that there is not', () => [...attackOptions(), '--export', 'series,video'], 2],
    ['a class that there is not', () => [...attackOptions(), '--target', 'cyst'], 2],
    [
      'a device that there is not',
      () => ['predict', '--study', study, '--model', tiny.model, '--device', 'abacus'],
      2,
    ],
    ['a section of the benchmark that there is not', () => ['bench', '--only', 'nothing'], 2],
  ])('%s', async (_name, args, code) => {
    const { code: ended, out, err } = await commandLine(args())
    expect(err + out).not.toMatch(/internal/)
    expect(ended).toBe(code)
    if (code === 2) expect(err).toMatch(/^error: |^Usage: /m)
  })

  test('130 when it is interrupted', async () => {
    const { code, err, out } = await commandLine([...attackOptions(), '--json'], AbortSignal.abort())
    expect(code).toBe(130)
    expect(err).toMatch(
      /Interrupted. What was done is kept in .*, without manifest.json until it is whole: the same command goes on from there.\n$/,
    )
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'cancelled' } })
    const compare = ['compare', '--study', study, '--model', tiny.model, '--out', join(base, 'compared')]
    const compared = await commandLine(compare, AbortSignal.abort())
    expect(compared).toMatchObject({ code: 130, err: expect.stringMatching(/goes on from there/) as string })
  })
})

describe('--json prints exactly one document', () => {
  test.each<[string, () => string[], object]>([
    [
      'inspect',
      () => ['inspect', partly],
      {
        series: [{ modality: 'CT', instances: 2, pixels: ['12x12 MONOCHROME2 12 bits'] }],
        failures: [{ code: 'dicom-unreadable' }],
      },
    ],
    [
      'predict',
      () => ['predict', '--study', study, '--model', tiny.model, ...cpu],
      { model: 'tiny', device: 'cpu', agreement: null, failures: [] },
    ],
    [
      'attack',
      () => attackOptions(partly),
      { resumed: 0, failures: [{ file: '003.dcm' }], record: { schema: 'radversary/attack-record/2' } },
    ],
    ['model list', () => ['model', 'list'], { models: [] }],
    [
      'model show',
      () => ['model', 'show', tiny.model],
      { card: { name: 'tiny', input: { size: [12, 12] } } },
    ],
    ['an error', () => ['verify', study], { error: { code: 'verification-failed', file: study } }],
    [
      'an error of the command’s words',
      () => ['predict', '--model', tiny.model],
      { error: { code: 'usage', message: "required option '--study <path...>' not specified" } },
    ],
    ['an error of a setting', () => [...attackOptions(), '--epsilon', '-1'], { error: { code: 'usage' } }],
    ['an unknown command', () => ['atack'], { error: { code: 'usage' } }],
  ])('%s', async (_name, args, expected) => {
    expect(jsonOf(await commandLine([...args(), '--json']))).toMatchObject(expected)
  })
})

describe('a card that is not whole', () => {
  test('is one error that names every missing field, with an example', async () => {
    const card = join(base, 'part.card.json')
    writeFileSync(
      card,
      JSON.stringify({ fit: { kind: 'stretch' }, mean: [0], output: { classes: ['a', 'b', 'c'] } }),
    )
    const { code, err } = await commandLine([
      'predict',
      '--study',
      study,
      '--model',
      tiny.model,
      '--card',
      card,
    ])
    expect(code).toBe(1)
    const fields = [...err.matchAll(/^.*?([\w.]+): missing; .* Example: .+$/gm)].map(([, field]) => field)
    expect(fields).toEqual(['intensity', 'interpolation', 'std', 'output.activation'])
    expect(err.match(/^error: /gm)).toHaveLength(1)
  })

  test('is filled in by presets, the last of which goes first', async () => {
    const show = ['model', 'show', '--json', '--preset', 'xray-8bit', '--preset', 'ct-lung', tiny.model]
    expect(jsonOf(await commandLine(show))).toMatchObject({
      card: { modality: ['CT'], intensity: { kind: 'hu-window', center: -600 }, rounding: 'uint8' },
    })
    expect((await commandLine(['model', 'show', tiny.model, '--preset', 'ct-bone'])).err).toMatch(
      /expected torchvision, .*, got ct-bone/,
    )
  })

  test('is one error of every wrong field otherwise', async () => {
    const card = join(base, 'wrong.card.json')
    const whole = JSON.parse(readFileSync(tiny.card, 'utf8')) as object
    writeFileSync(card, JSON.stringify({ ...whole, std: [0], colour: 'blue' }))
    const { code, err } = await commandLine(['model', 'show', tiny.model, '--card', card])
    expect(code).toBe(1)
    expect(err).toMatch(/std/)
    expect(err).toMatch(/colour/)
    expect(err).toContain(`file: ${card}`)
  })
})

describe('help', () => {
  test('of an attack shows the settings of the method that is named, with presets and source', async () => {
    const { code, out } = await commandLine(['attack', '--method', 'pgd', '--help'])
    expect(code).toBe(0)
    expect(out.replace(/\s+/g, ' ')).toMatch(
      /--epsilon <number> .* Preset: 8\/255\. .*--restarts <integer> .* Preset: 1\./,
    )
    expect(out).toMatch(/Madry/)
    expect(out).not.toMatch(/--alpha|--decay/)
    expect((await commandLine(['attack', '--method=smia', '--mode=reference', '--help'])).out).not.toMatch(
      /--sigma/,
    )
    expect((await commandLine(['attack', '--help'])).out).toMatch(/--sigma[^]*--decay|--decay[^]*--sigma/)
  })
})

describe('models that were added', () => {
  test('are listed, shown, predicted with, attacked and found again by verify, by name', async () => {
    expect((await commandLine(['model', 'list'])).out).toMatch(/^No models/)
    const { code, out } = await commandLine(['model', 'add', tiny.model])
    expect(code).toBe(0)
    expect(out).toMatch(/^Added tiny\n/)
    expect((await commandLine(['model', 'list'])).out).toBe('tiny\n')
    expect(jsonOf(await commandLine(['model', 'show', 'tiny', '--json']))).toMatchObject({
      path: join(base, 'home', 'models', 'tiny', 'model.onnx'),
      card: { name: 'tiny', file: 'model.onnx' },
    })
    const predictions = async (model: string) =>
      (
        jsonOf(await commandLine(['predict', '--study', study, '--model', model, ...cpu, '--json'])) as {
          predictions: unknown
        }
      ).predictions
    expect(await predictions('tiny')).toEqual(await predictions(tiny.model))
    const folder = join(base, 'by-name')
    expect(
      await commandLine(['attack', '--study', study, '--model', 'tiny', ...cpu, '--out', folder]),
    ).toMatchObject({ code: 0 })
    expect((await commandLine(['verify', folder, ...cpu])).out).toBe(
      'Sound: 9 files as written, 3 images decoded; the model predicts what is recorded.\n',
    )
  })

  test('are not replaced, and not named as folders can’t be', async () => {
    expect(await commandLine(['model', 'add', tiny.model])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/expected a new name, got tiny/) as string,
    })
    const odd = writeClassifier(join(base, 'odd'), {}, { name: '../tiny' })
    expect(await commandLine(['model', 'add', odd.model])).toMatchObject({ code: 2 })
  })

  test('that are half there are none', async () => {
    mkdirSync(join(base, 'home', 'models', 'half'), { recursive: true })
    expect((await commandLine(['model', 'list'])).out).toBe('tiny\n')
  })
})

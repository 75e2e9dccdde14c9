import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readInstance } from '../../src/adapters/fs/read-file.ts'
import { useBackend } from '../../src/adapters/tfjs/backends.ts'
import { loadModel, type TfjsFiles } from '../../src/adapters/tfjs/load-model.ts'
import { oneAtATime, tf } from '../../src/adapters/tfjs/tensorflow.ts'
import { parseModelJson } from '../../src/core/tfjs/manifest.ts'
import { weightBytes } from '../../src/core/tfjs/weights.ts'
import { attackRecord } from '../../src/engine/export/record.ts'
import { importImages, type ImportReport } from '../../src/engine/import/import-images.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** All 200 radiographs where RADVERSARY_ALL_IMAGES=1, which takes minutes; else some of each class. */
const isAll = process.env['RADVERSARY_ALL_IMAGES'] === '1'
const each = isAll ? 100 : 3
const models = ['model23', 'Final_Recall', 'Possible_Final_Recall_Update']
/** Probabilities: TensorFlow.js computes its resizing's positions in 32 bits. */
const tolerance = 2e-5

const base = temporaryFolder('chest-xray')
const card = join(base, 'card.json')
const cpu = ['--device', 'cpu', '--threads', '2']
const pathOf = (model: string) => sharedData(`models/chest-xray-tfjs/${model}/model.json`)

/** What the models' own page does: an image of 8 bits, resized with the library's defaults, divided by 255. */
const asTrained = {
  name: 'chest-xray',
  input: { layout: 'NHWC', size: [150, 150], channels: 1 },
  intensity: { kind: 'stored-range', lower: 0, upper: 255 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear-asymmetric',
  mean: [0],
  std: [1],
  output: { activation: 'binary-sigmoid', gives: 'probabilities', classes: ['NORMAL', 'PNEUMONIA'] },
}

/** Copies the images of each class that are the smallest files, and imports them. */
function importSome(name: string, count: number): Promise<ImportReport> {
  const folder = join(base, `${name}-files`)
  for (const label of ['NORMAL', 'PNEUMONIA']) {
    const from = sharedData(`images/chest-xray/${label}`)
    mkdirSync(join(folder, label), { recursive: true })
    const size = (file: string) => statSync(join(from, file)).size
    for (const file of readdirSync(from)
      .sort((a, b) => size(a) - size(b))
      .slice(0, count))
      // prettier-ignore
      copyFileSync(join(from, file), join(folder, label, file))
  }
  return importImages({ paths: [folder], out: join(base, name), modality: 'DX' }, {})
}

function filesOf(file: string): TfjsFiles {
  const manifest = parseModelJson(readFileSync(file, 'utf8'), file)
  const paths = manifest.groups.flatMap((group) => group.paths)
  const shards = Object.fromEntries(paths.map((path) => [path, new Uint8Array(readFileSync(join(dirname(file), path)))])) // prettier-ignore
  return { file, manifest, weights: weightBytes(manifest, shards, file) }
}

/** The framework's own probabilities of PNEUMONIA, each image resized and run by TensorFlow.js. */
async function ownProbabilities(
  model: string,
  { folder, record }: ImportReport,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const { run, dispose } = await loadModel(filesOf(pathOf(model)))
  for (const { path } of record.files.flatMap(({ images }) => images)) {
    const [pixels] = await decodeFrames(await readInstance({ path: join(folder, path) }))
    const { rows, columns, values } = pixels!.frame
    const [probability] = tf.tidy(() => {
      const image = tf.tensor3d(Float32Array.from(values), [rows, columns, 1])
      const resized = tf.image.resizeBilinear(image, [150, 150])
      return run(tf.expandDims(tf.div(resized, 255), 0))[0]!.dataSync()
    })
    found.set(path, probability!)
  }
  dispose()
  return found
}

interface Predicted {
  readonly predictions: readonly { readonly file: string; readonly probabilities: readonly number[] }[]
  readonly agreement: { readonly accuracy: { readonly successes: number; readonly count: number } } | null
}

async function predicted(model: string, study: string, ...more: readonly string[]): Promise<Predicted> {
  const args = [
    'predict',
    '--study',
    study,
    '--model',
    pathOf(model),
    '--card',
    card,
    ...cpu,
    ...more,
    '--json',
  ]
  const ended = await commandLine(args)
  expect(ended).toMatchObject({ code: 0 })
  return jsonOf(ended) as Predicted
}

describeWithSharedData(
  'public TensorFlow.js models on public radiographs, from JPEG to a verified attack',
  () => {
    let imported: ImportReport
    beforeAll(async () => {
      writeFileSync(card, JSON.stringify(asTrained))
      imported = await importSome('study', each)
    }, 600_000)

    test('radiographs are imported with the labels of their folders', () => {
      const { files, labels, failures } = imported.record
      expect(failures).toEqual([])
      expect(labels).toMatchObject({ kind: 'classes', images: files.length })
      expect(files.length).toBe(each * 2)
    })

    describe.each(models)('%s', (model) => {
      test(
        'predicts what TensorFlow.js itself predicts, and is as often right',
        { timeout: 1_800_000 },
        async () => {
          const own = await oneAtATime(async () => {
            await useBackend('wasm')
            return ownProbabilities(model, imported)
          })
          const labels = join(imported.folder, 'labels.csv')
          const { predictions, agreement } = await predicted(model, imported.folder, '--labels', labels)
          const differences = predictions.map(({ file, probabilities }) =>
            Math.abs(probabilities[1]! - own.get(file)!),
          )
          expect(differences).toHaveLength(own.size)
          expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance)
          const right = [...own].filter(([path, p]) => p > 0.5 === path.includes('PNEUMONIA')).length
          expect(agreement?.accuracy).toMatchObject({ successes: right, count: own.size })
          process.stdout.write(`${model}: ${right} of ${own.size} right, largest difference ${Math.max(...differences)}\n`) // prettier-ignore
        },
      )
    })

    test(
      'SMIA keeps its budget, and its PNG predict what the record says',
      { timeout: 1_800_000 },
      async () => {
        const [model] = models
        const { folder: study } = await importSome('attacked', isAll ? 10 : 1)
        const out = join(base, 'out')
        const attack = [
          'attack',
          '--study',
          study,
          '--labels',
          join(study, 'labels.csv'),
          '--model',
          pathOf(model!),
        ]
        const how = ['--method', 'smia', '--epsilon', '4/255', '--steps', '5', '--export', 'png']
        expect(await commandLine([...attack, '--card', card, ...how, ...cpu, '--out', out])).toMatchObject({ code: 0 }) // prettier-ignore
        const record = attackRecord.parse(JSON.parse(readFileSync(join(out, 'record.json'), 'utf8')))
        const frames = record.images.flatMap((image) => image.frames)
        expect(Math.max(...frames.map(({ stored }) => stored.linf))).toBeLessThanOrEqual(4)
        const { fooled } = record.summary
        expect(fooled.successes).toBeGreaterThan(0)
        process.stdout.write(`SMIA 4/255 on ${model}: ${fooled.successes} of ${fooled.count}\n`)
        const verified = await commandLine(['verify', out, '--model', pathOf(model!), ...cpu, '--json'])
        expect(jsonOf(verified)).toMatchObject({ discrepancies: [] })
        const back = await importImages({ paths: [join(out, 'png')], out: join(base, 'back') }, {})
        const { predictions } = await predicted(model!, back.folder)
        const reread = frames.map((frame) => frame.reread.probabilities[1]!)
        predictions.forEach(({ probabilities }, n) => {
          expect(probabilities[1]).toBeCloseTo(reread[n]!, 4)
        })
      },
    )
  },
)

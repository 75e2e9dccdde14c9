import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { RadversaryError } from '../../src/core/errors.ts'
import { commandLine } from '../support/command-line.ts'
import { readFrames } from '../support/damage.ts'
import { writeSeries } from '../support/small-study.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'
import { writeSegmenter } from '../support/tiny-segmenters.ts'
import type { Dictionary } from './edits.ts'

/** A good file to be damaged. */
export interface GoodFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** How a file was taken: read to the end, refused, or (in words) as none may be. */
export type Outcome = 'taken' | 'refused' | { readonly wrong: string }

/** One kind of file that a user hands over. */
export interface FileLane {
  readonly dictionary?: Dictionary
  /** Good files; others that they need are written to the folder. */
  goodFiles(folder: string): readonly GoodFile[]
  /** Hands over a good file, or a damaged one of the same name. */
  judge(file: string, folder: string): Promise<Outcome>
}

const sample = join(import.meta.dirname, '../../resources/sample')

const sampleImages = join(import.meta.dirname, '../fixtures/images')
/** One or more of each format that is imported. */
const importable = [
  ...['grey16.png', 'palette-alpha.png', 'colour-0.jpg', 'progressive.jpg', 'palette.bmp', 'lossy.webp'],
  ...['tiff_lzw.tif', 'tiff_deflate.tif', 'packbits.tif', 'tiled.tif', 'pages-float.tif', 'map8.tif'],
  ...['short.nii.gz', 'qfac.nii', 'second.nii.gz', 'volume.nrrd', 'big.nrrd', 'stack.npy', 'mnist.npz'],
]

/** Writes a study of three images. Returns its folder. */
function writeStudy(folder: string): string {
  writeSeries(studyIn(folder), 3)
  return folder
}

function studyIn(folder: string): string {
  return join(folder, 'study')
}

/** Runs a command on files; a fault of ours is what no user should see. */
async function outcomeOf(...args: readonly string[]): Promise<Outcome> {
  const { code, err } = await commandLine(args)
  if (/\binternal:|fault of Radversary/.test(err)) return { wrong: err.trim() }
  if (code === 0) return 'taken'
  return code === 1 || code === 2 || code === 3 ? 'refused' : { wrong: `exit code ${code}: ${err.trim()}` }
}

const onCpu = ['--device', 'cpu', '--threads', '1']

const jsonText: Dictionary = {
  token: /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null/g,
  values: [
    ...[
      'null',
      'true',
      '0',
      '-1',
      '1e308',
      '-1e-320',
      '0.1',
      '65536',
      '4294967296',
      '9007199254740993',
      '[]',
    ],
    ...[
      '{}',
      '""',
      '"\\u0000"',
      '"\\ud800"',
      '"../../x"',
      '"__proto__"',
      '[[[[[[[[0]]]]]]]]',
      '"modality-range"',
    ],
    ...[
      '"softmax"',
      '"logits"',
      '"probabilities"',
      '[1,2,3]',
      '[0]',
      `"${'x'.repeat(5000)}"`,
      '"NaN"',
      '3',
      '12',
    ],
  ],
}

const csvText: Dictionary = {
  token: /[^,\n]+|,|\n/g,
  values: [
    ...[
      '',
      '"',
      '""',
      '"a\nb"',
      ',',
      ',,,',
      '\n',
      '\r',
      '\r\n',
      ';',
      '\t',
      '\u0000',
      '\ufeff',
      '-1',
      '1e9',
      'NaN',
    ],
    ...[
      '001.dcm',
      '../001.dcm',
      '/etc/passwd',
      'class',
      'file',
      '=1+1',
      'x'.repeat(5000),
      'é',
      'e\u0301',
      '0.5',
    ],
  ],
}

/** Attacks without a gradient: it is what becomes of the files that counts. */
async function attacked(study: string, folder: string): Promise<Outcome> {
  const out = join(folder, 'out')
  const method = ['--method', 'noise', '--out', out, '--export', 'series,perturbation,smoothed']
  const outcome = await outcomeOf(
    'attack',
    '--study',
    study,
    '--model',
    join(folder, 'tiny.onnx'),
    ...method,
    ...onCpu,
  )
  rmSync(out, { recursive: true, force: true })
  return outcome
}

function predicted(folder: string, ...args: readonly string[]): Promise<Outcome> {
  return outcomeOf('predict', '--study', studyIn(folder), ...args, ...onCpu)
}

export const fileLanes = {
  dicom: {
    goodFiles: (folder) => {
      writeClassifier(folder)
      const grey = writeSeries(join(folder, 'grey'), 1, { frames: 2, padding: 3, signed: true })
      const inverted = writeSeries(join(folder, 'inverted'), 1, { photometric: 'MONOCHROME1' })
      const own = [...grey, ...inverted].map(({ path }, index) => ({
        name: `own-${index}.dcm`,
        bytes: readFileSync(path),
      }))
      return [...own, { name: '14.dcm', bytes: readFileSync(join(sample, 'study/14.dcm')) }]
    },
    judge: async (file, folder) => {
      const read = await readFrames(readFileSync(file), file)
      const inspected = await outcomeOf('inspect', file, '--json')
      return read instanceof RadversaryError || inspected !== 'taken' ? inspected : attacked(file, folder)
    },
  },
  models: {
    goodFiles: (folder) => {
      writeStudy(folder)
      const written = [
        writeClassifier(join(folder, 'softmax')),
        writeClassifier(join(folder, 'binary'), { activation: 'binary-sigmoid', squeezed: true }),
        writeSegmenter(join(folder, 'segmenter')),
      ]
      return written.map(({ model, card }) => {
        const name = basename(dirname(model))
        copyFileSync(card, join(folder, `${name}.card.json`))
        return { name: `${name}.onnx`, bytes: readFileSync(model) }
      })
    },
    judge: async (file, folder) => {
      const shown = await outcomeOf('model', 'show', file)
      if (typeof shown === 'object') return shown
      return predicted(
        folder,
        '--model',
        file,
        '--card',
        join(folder, `${basename(file, '.onnx')}.card.json`),
      )
    },
  },
  cards: {
    dictionary: jsonText,
    goodFiles: (folder) => {
      const { model, card } = writeClassifier(writeStudy(folder))
      const tiny = { name: 'tiny.card.json', bytes: readFileSync(card) }
      const names = ['phantom-thorax', 'phantom-thorax-lungs', 'phantom-thorax-detection']
      for (const name of names)
        copyFileSync(join(sample, `model/${name}.onnx`), join(dirname(model), `${name}.onnx`))
      const samples = names.map((name) => `${name}.card.json`)
      return [tiny, ...samples.map((name) => ({ name, bytes: readFileSync(join(sample, 'model', name)) }))]
    },
    judge: (file, folder) =>
      predicted(folder, '--model', join(folder, `${basename(file, '.card.json')}.onnx`), '--card', file),
  },
  labels: {
    dictionary: csvText,
    goodFiles: (folder) => {
      writeClassifier(writeStudy(folder))
      const rows = ['normal', 'benign', 'malignant'].map((name, index) => `00${index + 1}.dcm,${name}`)
      return [{ name: 'labels.csv', bytes: new TextEncoder().encode(`file,label\n${rows.join('\n')}\n`) }]
    },
    judge: (file, folder) => predicted(folder, '--model', join(folder, 'tiny.onnx'), '--labels', file),
  },
  images: {
    goodFiles: () => importable.map((name) => ({ name, bytes: readFileSync(join(sampleImages, name)) })),
    judge: async (file, folder) => {
      const out = join(folder, 'imported')
      const outcome = await outcomeOf('import', file, '--out', out)
      rmSync(out, { recursive: true, force: true })
      return outcome
    },
  },
} satisfies Record<string, FileLane>

export type FileLaneName = keyof typeof fileLanes

/** How a file is taken, an exception that is no error of ours included. */
export async function outcomeIn(lane: FileLane, file: string, folder: string): Promise<Outcome> {
  try {
    return await lane.judge(file, folder)
  } catch (error) {
    if (error instanceof RadversaryError && error.code !== 'internal') return 'refused'
    return { wrong: `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }
  }
}

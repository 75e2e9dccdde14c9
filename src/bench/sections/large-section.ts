import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { entry } from '../../core/entry.ts'
import { internalError } from '../../core/errors.ts'
import { writeNpy } from '../../core/tensor/npy.ts'
import { importImages } from '../../engine/import/import-images.ts'
import type { BenchContext } from '../context.ts'
import { interleaved, type Contestant } from '../interleave.ts'
import { resnet50, resnetCard, smallCnn } from '../models/classifiers.ts'
import type { Network } from '../models/network.ts'
import { comparison, type BenchRow } from '../row.ts'

const run = promisify(execFile)
const greyLevels = 4095
const bar = 0.5
const settings = { epsilon: 8 / 255, stepSize: 2 / 255, steps: 10, alpha: 1, sigma: 1, kernelSize: 3 }

/** Images of one size, and the network that is attacked on them. */
interface Large {
  readonly name: string
  readonly images: number
  readonly size: readonly [rows: number, columns: number]
  /** The peer's name of the network. */
  readonly model: 'small_cnn' | 'resnet50'
  readonly network: () => Network
  /** Images that the peer takes at once; ours takes 8 at most. */
  readonly batch: number
}

const cases: readonly Large[] = [
  {
    name: 'SMIA, 16 images of 2048x2048, small network',
    images: 16,
    size: [2048, 2048],
    model: 'small_cnn',
    network: smallCnn,
    batch: 8,
  },
  {
    name: 'SMIA, 4 images of 4096x3328, ResNet-50',
    images: 4,
    size: [4096, 3328],
    model: 'resnet50',
    network: resnet50,
    batch: 2,
  },
]

/** PyTorch as most use it, and at its best on this machine. */
const variants = ['eager', 'compiled', 'bfloat16'] as const
type Variant = (typeof variants)[number]

/**
 * SMIA, 10 steps, on images of 4 and 14 megapixels: our whole command (start, reading, attack, metrics,
 * export, reading back) against the loop alone in PyTorch, its model loaded and its images in memory.
 */
export async function* largeSection(context: BenchContext): AsyncIterable<BenchRow> {
  for (const large of cases) {
    const folder = join(context.folder, large.model)
    const network = large.network()
    const study = await writeStudy(large, folder)
    const model = await writeModel(network, folder)
    const ours = attackOf({ study, model, out: join(folder, 'out') }, context)
    for (const variant of variants) {
      if (context.torch === null && variant !== 'eager') continue
      yield await row(large, variant, { ours, folder, network, context })
    }
    await rm(folder, { recursive: true })
  }
}

interface Measured {
  readonly ours: Contestant
  readonly folder: string
  readonly network: Network
  readonly context: BenchContext
}

async function row(large: Large, variant: Variant, { ours, folder, network, context }: Measured) {
  const name = variant === 'eager' ? large.name : `${large.name}, PyTorch ${variant}`
  const peer = await torchPeer(large, variant, { folder, network, context })
  const sides = typeof peer === 'string' ? [ours] : [ours, peer]
  const [a, b] = await interleaved(sides, { rounds: 1, warmUp: false })
  if (a === undefined) throw internalError('nothing was timed')
  const notes = typeof peer === 'string' ? [peer] : []
  return { ...comparison(name, a, b), bar, peakShare: null, notes }
}

/** Our command line from its start to its end. */
function attackOf(
  { study, model, out }: { readonly study: string; readonly model: string; readonly out: string },
  { commandLine: [command = '', ...args], threads }: BenchContext,
): Contestant {
  const options = ['--method', 'smia', '--device', 'cpu', '--threads', String(threads), '--out', out]
  return async () => {
    const start = performance.now()
    await run(command, [...args, 'attack', '--study', study, '--model', model, ...options])
    const time = performance.now() - start
    await rm(out, { recursive: true })
    return [time]
  }
}

/** The same loop in PyTorch on the same images; a sentence where it can't be had. */
async function torchPeer(
  { size, images, model, batch }: Large,
  variant: Variant,
  { folder, network, context: { torch, threads, torchDevice: device } }: Omit<Measured, 'ours'>,
): Promise<Contestant | string> {
  if (torch === null) return 'PyTorch is not installed'
  const weights = join(folder, 'weights.f32')
  await writeFile(weights, network.parameters)
  const [, frame] = network.inputShape
  const common = { shape: [images, 1, ...size], images: join(folder, 'images.f32'), batch, size: frame }
  const smia = { ...settings, step: settings.stepSize, mean: 0.5, std: 0.25, greyLevels, ...common }
  try {
    await torch.request({ do: 'load', model, weights, threads, device, variant })
    if (variant !== 'eager') await torch.request({ do: 'smia', ...smia, count: batch })
  } catch (error) {
    return `PyTorch ${variant}: ${error instanceof Error ? error.message.slice(0, 80) : String(error)}`
  }
  return async () => [Number((await torch.request({ do: 'smia', ...smia }))['time'])]
}

/** Discs and noise, 12 bits deep, as DICOM, and in one file of float32 values for the peer. */
async function writeStudy({ images, size: [rows, columns] }: Large, folder: string): Promise<string> {
  const arrays = join(folder, 'arrays')
  await mkdir(arrays, { recursive: true })
  const all = new Float32Array(images * rows * columns)
  for (let n = 0; n < images; n++) {
    const data = discs(n, rows, columns)
    const file = writeNpy({ dataType: 'uint16', shape: [rows, columns], data })
    await writeFile(join(arrays, `${String(n).padStart(2, '0')}.npy`), file)
    all.set(
      Float32Array.from(data, (value) => value / greyLevels),
      n * rows * columns,
    )
  }
  await writeFile(join(folder, 'images.f32'), all)
  const study = join(folder, 'study')
  await importImages({ paths: [arrays], out: study }, {})
  return study
}

function discs(seed: number, rows: number, columns: number): Uint16Array {
  const random = xoroshiro128plus(seed)
  const data = new Uint16Array(rows * columns)
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const isInside = Math.hypot(y - rows / 2, x - columns / 2) < columns / 3 + 10 * seed
      data[y * columns + x] = Math.round(((isInside ? 0.6 : 0.1) + 0.1 * uniformFloat32(random)) * greyLevels)
    }
  return data
}

/** The file of the model, its card beside it. */
async function writeModel({ model, inputShape, logitsShape }: Network, folder: string): Promise<string> {
  const file = join(folder, 'model.onnx')
  const [, ...size] = inputShape
  const classes = Array.from({ length: entry(logitsShape, 0) }, (_, k) => String(k))
  const card = {
    schema: 'radversary/model-card/1',
    file: 'model.onnx',
    name: 'bench',
    ...resnetCard,
    input: { ...resnetCard.input, size },
    intensity: { kind: 'stored-range', lower: 0, upper: greyLevels },
    output: { ...resnetCard.output, classes },
  }
  await writeFile(file, model)
  await writeFile(join(folder, 'model.card.json'), JSON.stringify(card))
  return file
}

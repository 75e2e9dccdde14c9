import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { configureAttack } from '../../core/attacks/attack-methods.ts'
import { entry } from '../../core/entry.ts'
import { misclassified } from '../../core/tasks/classification/criteria.ts'
import { attackToEnd } from '../../core/attacks/run-attack.ts'
import { internalError } from '../../core/errors.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { throughPreprocessing } from '../../core/model/preprocessing/chain.ts'
import type { PixelInterval } from '../../core/image/float-image.ts'
import { extentOf, sampleOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'
import { connectLanes, inLanes } from '../../engine/session/lanes.ts'
import type { BenchContext } from '../context.ts'
import { interleaved, type Contestant } from '../interleave.ts'
import type { Network } from '../models/network.ts'
import { resnet50, resnetCard as card } from '../models/classifiers.ts'
import { comparison, type BenchRow } from '../row.ts'
import { argMax } from '../../core/attacks/decision-boundary.ts'

const slices = 28
const [rows, columns] = [512, 512]
/** As `imageGroups` parts them for two lanes. */
const batch = 7
const greyLevels = 4095
/** Matrix products are short; so many are measured at a time. */
const productRuns = 30
const bar = 0.7
const barOfCards = 1.3

const settings = { epsilon: 8 / 255, stepSize: 2 / 255, steps: 10, alpha: 1, sigma: 1, kernelSize: 3 }

/**
 * A series of 28 slices of 512x512 attacked with SMIA (paper mode, 10 steps, ResNet-50 at 224, batches of 7
 * with two models on threads), predictions, resampling and rounding included, against the same loop in
 * PyTorch. Sessions are ready on both sides. All passes over pixels are on one thread here; in an attack on a
 * study each lane has its own (`large`).
 */
export async function* smiaSection(context: BenchContext): AsyncIterable<BenchRow> {
  const { torch, runtime, matrixProduct } = context
  const network = resnet50()
  const images = series()
  const connected = await connectLanes(
    { path: 'resnet50', bytes: network.model, externalData: {}, card },
    runtime,
    slices / batch,
  )
  const timed = connected.map(withTime)
  const lanes = timed.map(({ model }) => throughPreprocessing(model, card, [1, rows, columns]))
  let [flips, outside] = [NaN, NaN]
  const ours = async (): Promise<number[]> => {
    const start = performance.now()
    const before = timed.reduce((sum, { ms }) => sum + ms(), 0)
    flips = await attackSeries(lanes, images)
    const time = performance.now() - start
    outside = 1 - (timed.reduce((sum, { ms }) => sum + ms(), 0) - before) / (time * lanes.length)
    return [time]
  }

  const peer = torch === null ? undefined : await torchPeer(context, network, images)
  const warmUp = lanes.length * batch
  await attackSeries(
    lanes,
    tensor([warmUp, 1, rows, columns], images.data.subarray(0, warmUp * rows * columns)),
  )
  const product: Contestant = () => matrixProduct.contestant(productRuns)
  const [a, peak, b] = await interleaved([ours, product, ...(peer === undefined ? [] : [peer.contestant])], {
    rounds: 2,
    warmUp: false,
  })
  await Promise.all(lanes.map((model) => model.dispose()))
  if (a === undefined || peak === undefined) throw internalError('two sides were timed')
  const atPeak = (peak.bestMs * multiplications(network)) / matrixProduct.multiplications
  const notes =
    peer === undefined || b === undefined
      ? ['PyTorch is not installed']
      : [
          `predictions changed: ours ${flips}, PyTorch ${peer.flips()}`,
          `ratio of the multiplications alone at the machine's peak: ${(atPeak / b.medianMs).toFixed(2)}`,
        ]
  yield {
    ...comparison('SMIA, 28 slices of 512x512, 10 steps', a, b),
    bar: runtime.device === 'cpu' ? bar : barOfCards,
    peakShare: atPeak / a.bestMs,
    notes,
  }
  if (runtime.device !== 'cpu') yield outsideRow(outside)
}

/** What preprocessing, steps, rounding and statistics take of an attack: the card is idle meanwhile. */
function outsideRow(share: number): BenchRow {
  const nothing = { theirs: null, ratio: null, bestRatio: null, peakShare: null, notes: [] }
  return {
    name: 'SMIA, time outside the model',
    unit: '%',
    ours: 100 * share,
    bar: 20,
    barIsAbsolute: true,
    ...nothing,
  }
}

/** The model, and how long it was asked so far, ms. */
function withTime(model: DifferentiableModel): {
  readonly model: DifferentiableModel
  readonly ms: () => number
} {
  let ms = 0
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const start = performance.now()
    try {
      return await work
    } finally {
      ms += performance.now() - start
    }
  }
  return {
    ms: () => ms,
    model: {
      ...model,
      predict: (...asked) => timed(model.predict(...asked)),
      lossAndGradient: (...asked) => timed(model.lossAndGradient(...asked)),
    },
  }
}

/** The same loop in PyTorch, its model loaded. */
async function torchPeer(
  { torch, folder, threads, torchDevice: device }: BenchContext,
  network: Network,
  { shape, data }: Tensor,
): Promise<{ readonly contestant: Contestant; readonly flips: () => string }> {
  const files = { weights: join(folder, 'weights.f32'), images: join(folder, 'images.f32') }
  await writeFile(files.weights, network.parameters)
  await writeFile(files.images, data)
  await torch?.request({ do: 'load', model: 'resnet50', weights: files.weights, threads, device })
  const common = { shape, images: files.images, batch, size: 224, mean: 0.5, std: 0.25, greyLevels }
  let flips: unknown
  return {
    contestant: async () => {
      const answer = await torch?.request({ do: 'smia', ...settings, step: settings.stepSize, ...common })
      flips = answer?.['flips']
      return [Number(answer?.['time'])]
    },
    flips: () => String(flips),
  }
}

/**
 * A slice costs a forward pass for its label, one for each smoothed input, one at the end, and a forward and
 * a backward pass for each gradient, which cost the same.
 */
function multiplications({ greyMultiplications: forward }: Network): number {
  const { steps } = settings
  return slices * forward * (1 + steps + 1 + 2 * steps)
}

/** Discs and noise, 12 bits deep: what a slice costs does not depend on what it shows. */
function series(): Tensor {
  const random = xoroshiro128plus(28)
  const images = tensor([slices, 1, rows, columns])
  images.data.forEach((_, index) => {
    const [z, y, x] = [
      Math.floor(index / (rows * columns)),
      Math.floor(index / columns) % rows,
      index % columns,
    ]
    const inside = Math.hypot(y - 256, x - 256) < 180 + 2 * z ? 0.6 : 0.1
    images.data[index] = Math.round((inside + 0.1 * uniformFloat32(random)) * greyLevels) / greyLevels
  })
  return images
}

/** How many predictions change. */
async function attackSeries(lanes: readonly DifferentiableModel[], images: Tensor): Promise<number> {
  const size = batch * rows * columns
  const batches = Array.from({ length: extentOf(images.shape, 0) / batch }, (_, part) =>
    tensor([batch, 1, rows, columns], images.data.slice(part * size, (part + 1) * size)),
  )
  let flips = 0
  for await (const flipped of inLanes({ items: batches, lanes }, attackBatch)) flips += flipped
  return flips
}

async function attackBatch(images: Tensor, model: DifferentiableModel): Promise<number> {
  const labels = labelsOf(await model.predict(images))
  const { samples } = await attackToEnd(configureAttack('smia', settings), {
    model,
    images,
    loss: 'cross-entropy',
    targets: oneHot(labels, 1000),
    targeted: false,
    bounds: {
      lower: tensor(images.shape),
      upper: tensor(images.shape, new Float32Array(images.data.length).fill(1)),
    },
    quantize: toGreyLevels,
    criterion: misclassified(labels),
    seeds: labels,
    earlyStop: false,
  })
  return samples.filter(({ success }) => success).length
}

function labelsOf(logits: Tensor): number[] {
  return Array.from({ length: extentOf(logits.shape, 0) }, (_, sample) =>
    argMax(sampleOf(logits, sample).data),
  )
}

function oneHot(labels: readonly number[], classes: number): Tensor {
  const targets = tensor([labels.length, classes])
  labels.forEach((label, sample) => (targets.data[sample * classes + label] = 1))
  return targets
}

function toGreyLevels(x: Tensor, { lower, upper }: PixelInterval): Tensor {
  const levels = tensor(x.shape)
  for (let i = 0; i < x.data.length; i++) {
    const level = Math.round(entry(x.data, i) * greyLevels) / greyLevels
    levels.data[i] = Math.min(entry(upper.data, i), Math.max(entry(lower.data, i), level))
  }
  return levels
}

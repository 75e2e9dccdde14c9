import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { entry } from '../../core/entry.ts'
import { internalError } from '../../core/errors.ts'
import type { DifferentiableModel, LossSpec } from '../../core/model/ports.ts'
import { sizeOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'
import type { BenchContext } from '../context.ts'
import { type Contestant, interleaved, timed } from '../interleave.ts'
import { densenet121, mobilenetV3Large, resnet50, unet } from '../models/classifiers.ts'
import type { Network } from '../models/network.ts'
import type { Peer } from '../peer.ts'
import { type BenchRow, comparison } from '../row.ts'

const cases = [
  { name: 'ResNet-50', torchName: 'resnet50', build: resnet50 },
  { name: 'DenseNet-121', torchName: 'densenet121', build: densenet121 },
  { name: 'MobileNetV3-Large', torchName: 'mobilenet_v3_large', build: mobilenetV3Large },
  { name: 'U-Net', torchName: 'unet', build: unet },
] as const

const batches = [1, 8]
const bars = { cpu: 0.8, cuda: 1.3 } as const

interface Problem {
  readonly x: Tensor
  readonly loss: LossSpec
  readonly target: Tensor
}

/**
 * Time of one gradient step (forward, backward to the input) against PyTorch's, on the same weights, input
 * and threads.
 */
export async function* gradientSection(context: BenchContext): AsyncIterable<BenchRow> {
  for (const { name, torchName, build } of cases) {
    const network = build()
    await loadPeer(context, torchName, network)
    const model = await context.createModel(network.model)
    for (const batch of batches)
      yield await gradientRow(context, `gradient step, ${name}, batch ${batch}`, network, model, batch)
    await model.dispose()
  }
}

async function gradientRow(
  context: BenchContext,
  name: string,
  network: Network,
  model: DifferentiableModel,
  batch: number,
): Promise<BenchRow> {
  const problem = createProblem(network, batch)
  const step = () => model.lossAndGradient(problem.x, problem.loss)
  await loadBatch(context, problem)
  const notes = await notesOn(context, batch, (await step()).gradient)
  const { matrixProduct, torch } = context
  const [ours, product, theirs] = await interleaved([
    timed(step),
    matrixProduct.contestant,
    ...(torch === null ? [] : [torchSteps(torch)]),
  ])
  if (ours === undefined || product === undefined) throw internalError('two sides were timed')
  // Forward pass and the backward pass to the input cost the same number of multiplications.
  const share = (2 * network.multiplications * batch) / matrixProduct.multiplications
  return {
    ...comparison(name, ours, theirs),
    bar: bars[context.torchDevice],
    peakShare: share * (product.bestMs / ours.bestMs),
    notes,
  }
}

async function notesOn(context: BenchContext, batch: number, gradient: Tensor): Promise<string[]> {
  if (context.torch === null) return ['PyTorch is not installed']
  return batch === 1 ? [await agreement(context, context.torch, gradient)] : []
}

function createProblem({ inputShape, logitsShape }: Network, batch: number): Problem {
  const x = tensor([batch, ...inputShape])
  x.data.forEach((_, index) => (x.data[index] = 0.5 + 0.5 * Math.sin(index * 0.37)))
  const target = tensor([batch, ...logitsShape])
  const [, ...pixels] = logitsShape
  const perClass = sizeOf(pixels)
  const perSample = sizeOf(logitsShape)
  for (let sample = 0; sample < batch; sample++)
    target.data.fill(1, sample * perSample + perClass, sample * perSample + 2 * perClass)
  return { x, target, loss: { kind: 'cross-entropy', terms: [{ target, weight: 1 }] } }
}

function torchSteps(torch: Peer): Contestant {
  return async (count) => (await torch.request({ do: 'steps', count }))['times'] as number[]
}

async function loadPeer(
  { torch, folder, threads, torchDevice: device }: BenchContext,
  model: string,
  network: Network,
): Promise<void> {
  if (torch === null) return
  const weights = join(folder, 'weights.f32')
  await writeFile(weights, network.parameters)
  await torch.request({ do: 'load', model, weights, threads, device })
}

/**
 * Both sides' gradients of the same problem compared with PyTorch's in float64, so that it is known that the
 * same thing is timed. In a large network rounding flips some ReLUs and maxima, so either float32 gradient is
 * off by up to some 1e-3 there.
 */
async function agreement({ folder }: BenchContext, torch: Peer, gradient: Tensor): Promise<string> {
  const answer = async (request: string) => {
    const out = join(folder, `${request}.f32`)
    await torch.request({ do: request, out })
    const bytes = await readFile(out)
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  }
  const exact = await answer('reference')
  const ours = relativeError(gradient.data, exact)
  const theirs = relativeError(await answer('gradient'), exact)
  return `off float64's gradient: ours ${ours.toExponential(0)}, PyTorch ${theirs.toExponential(0)}`
}

async function loadBatch({ folder, torch }: BenchContext, { x, target }: Problem): Promise<void> {
  if (torch === null) return
  const files = { x: join(folder, 'x.f32'), target: join(folder, 'target.f32') }
  await writeFile(files.x, x.data)
  await writeFile(files.target, target.data)
  await torch.request({ do: 'batch', ...files, shape: x.shape, targetShape: target.shape })
}

/** ‖a − b‖ / ‖b‖ */
function relativeError(a: Float32Array, b: Float32Array): number {
  let squared = 0
  let norm = 0
  b.forEach((value, index) => {
    squared += (entry(a, index) - value) ** 2
    norm += value ** 2
  })
  return Math.sqrt(squared / norm)
}

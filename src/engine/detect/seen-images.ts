import { valueFor } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { SeenImage } from '../../core/evaluate/detectors.ts'
import { defenceOfCard } from '../../core/model/defence.ts'
import { contextOf } from '../../core/model/context.ts'
import { connectModel, type OpenedModel } from '../models/open-model.ts'
import { pixelModel, type PixelModel } from '../models/pixel-model.ts'
import { predictWith } from '../predict/predict-study.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { inputFailure, type InputFailure } from '../study/failures.ts'
import { createImageLoader } from '../study/load-image.ts'
import type { Workbench } from '../workbench.ts'

/** An image and what detectors look at of it. */
export interface Observed extends SeenImage {
  readonly file: string
  readonly sopInstanceUid: string
  /** Counts from 1. */
  readonly frame: number
}

/** Squeezing of Xu et al., section III: fewer bits, and a median of neighbours. */
const squeezers = defenceOfCard.parse([
  { kind: 'bit-depth', bits: 4 },
  { kind: 'median', size: 2 },
])

/** @throws RadversaryError usage for a model that is no classifier of one class of single images, in ONNX */
export function checkDetected({ card, tfjs }: OpenedModel): void {
  const isOfClasses = card.task === 'classification' && card.output.activation === 'softmax'
  if (isOfClasses && contextOf(card) === 0 && tfjs?.backend === undefined) return
  throw new RadversaryError(
    'model-unsupported',
    'Detectors: expected a classifier of single images in ONNX whose classes exclude each other (softmax), got another model',
    { tip: 'Features and squeezed predictions are taken of such models alone.' },
  )
}

interface Tools {
  readonly tensors: readonly string[]
  readonly hooks: JobHooks
}

/** All frames of a workbench's images, as detectors see them. */
export async function observedOf(
  bench: Workbench,
  { tensors, hooks }: Tools,
): Promise<{ readonly observed: readonly Observed[]; readonly failures: readonly InputFailure[] }> {
  const { opened, runtime } = bench
  const network = await connectModel(opened, runtime)
  try {
    // First: names of tensors that there are not end the job before anything is predicted.
    const features = await featuresOf(bench, { tensors, hooks })
    const said = await predictWith({ ...bench, model: pixelModel(network, opened.card) }, hooks)
    const squeezed: Map<string, readonly number[]>[] = []
    for (const step of squeezers) {
      const card = { ...opened.card, defence: [...(opened.card.defence ?? []), step] }
      const bare = { ...bench, opened: { ...opened, card }, model: pixelModel(network, card) }
      squeezed.push(byFrame((await predictWith(bare, hooks)).predictions))
    }
    const observed = said.predictions.flatMap(
      ({ file, sopInstanceUid, frame, probabilities }): Observed[] => {
        const found = features.get(keyOf({ sopInstanceUid, frame }))
        if (found === undefined) return []
        const others = squeezed.map((each) => valueFor(each, keyOf({ sopInstanceUid, frame })))
        return [
          {
            file,
            sopInstanceUid,
            frame,
            class: largest(probabilities),
            features: found,
            probabilities,
            squeezed: others,
          },
        ]
      },
    )
    return { observed, failures: said.failures }
  } finally {
    await network.dispose()
  }
}

interface FrameName {
  readonly sopInstanceUid: string
  readonly frame: number
}

export function keyOf({ sopInstanceUid, frame }: FrameName): string {
  return `${sopInstanceUid} ${frame}`
}

function byFrame(
  predictions: readonly (FrameName & { readonly probabilities: readonly number[] })[],
): Map<string, readonly number[]> {
  return new Map(predictions.map((one) => [keyOf(one), one.probabilities]))
}

function largest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}

/** Features of every frame, tensor by tensor, by its key. Images that can't be read are left out. */
async function featuresOf(
  bench: Workbench,
  { tensors, hooks }: Tools,
): Promise<Map<string, readonly Float32Array[]>> {
  const { opened, runtime, images } = bench
  const models = await Promise.all(
    tensors.map(async (inner) =>
      pixelModel(await connectModel({ ...opened, inner: [inner] }, runtime), opened.card),
    ),
  )
  const loader = createImageLoader(bench.study, opened.card, bench)
  const found = new Map<string, readonly Float32Array[]>()
  try {
    for (const image of images) {
      throwIfCancelled(hooks.signal)
      const loaded = await loader.load(image).catch((error: unknown) => inputFailure(error, image))
      if (!('frames' in loaded)) continue
      for (const { float, index } of loaded.frames)
        found.set(
          keyOf({ sopInstanceUid: image.sopInstanceUid, frame: index + 1 }),
          await Promise.all(models.map((model) => featuresAt(model, float.relative))),
        )
    }
  } finally {
    await Promise.all(models.map((model) => model.dispose()))
  }
  return found
}

async function featuresAt(
  model: PixelModel,
  image: Parameters<ReturnType<PixelModel['forShape']>['predict']>[0],
): Promise<Float32Array> {
  const { data } = await model.forShape(image.shape).predict(image)
  return data.slice()
}

import type { OrtDevice } from '../../adapters/ort/devices.ts'
import type { OrtRuntime } from '../../adapters/ort/runtime.ts'
import { connectOnThread } from '../models/model-on-thread.ts'
import type { BesideImages } from '../../core/model/beside.ts'
import { besideNames } from '../../core/model/further-inputs.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { InnerFeatures } from '../../core/attacks/attack.ts'
import { entry } from '../../core/entry.ts'
import { extentOf, tensor } from '../../core/tensor/tensor.ts'
import { connectModel, type ConnectableModel, type Ensemble, type OpenedModel } from '../models/open-model.ts'
import { ensembleOnPixels } from '../models/ensemble.ts'
import { pixelModel, type PixelModel } from '../models/pixel-model.ts'
import { sampleShapeOf } from '../models/sample-shape.ts'

/**
 * Works on items, as many at a time as there are lanes and each lane on one after the other, and yields the
 * results in the items' order. When one fails, or the caller leaves, the others are aborted and waited for;
 * then it throws.
 * @param work is given a signal that is aborted with `signal` too
 */
export async function* inLanes<Item, Lane, Result>(
  {
    items,
    lanes,
    signal,
  }: {
    readonly items: readonly Item[]
    readonly lanes: readonly Lane[]
    readonly signal?: AbortSignal | undefined
  },
  work: (item: Item, lane: Lane, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result> {
  const left = new AbortController()
  const either = signal === undefined ? left.signal : AbortSignal.any([left.signal, signal])
  const started: Promise<Result>[] = []
  const startNext = (lane: Lane) => {
    const item = items[started.length]
    if (item === undefined || left.signal.aborted) return
    const working = work(item, lane, either)
    started.push(working)
    working.then(
      () => {
        startNext(lane)
      },
      () => {
        left.abort()
      },
    )
  }
  lanes.forEach(startNext)
  try {
    // A lane starts its next item before anybody hears that it has ended the last one, so there always is one
    // more.
    for (let at = 0, working = started[0]; working !== undefined; working = started[++at]) yield await working
  } finally {
    left.abort()
    await Promise.allSettled(started)
  }
}

/** Groups of images that are attacked at a time on the CPU; each more takes the model's memory once more. */
const most = 2

/** How many groups of images are attacked at a time. */
export function lanesOf({ device, threads }: Pick<OrtRuntime, 'device' | 'threads'>): number {
  return device === 'cpu' ? Math.min(most, threads) : 1
}

/** A lane: whatever works on one item after the other. */
interface Closable {
  close(): Promise<void>
}

export interface LanesToOpen<Lane> {
  readonly runtime: OrtRuntime
  /** How many items there are for the lanes. */
  readonly items: number
  /** A lane on the thread that calls. */
  readonly here: () => Promise<Lane>
  /** A lane with a thread, and a part of the processor, of its own. */
  readonly onThread: (device: PlainDevice) => Promise<Lane>
}

/** What a thread's own runtime is made of. */
export interface PlainDevice {
  readonly name: OrtDevice
  readonly threads: number
}

/**
 * As many lanes as items are worked on at a time. One works on the thread that calls; of several each has a
 * thread for all that is done to its items: files are read, pixels passed over and results written where the
 * model is. Every one must be closed. @throws what opening throws; then those that were opened are closed.
 */
export async function openLanes<Lane extends Closable>(given: LanesToOpen<Lane>): Promise<Lane[]> {
  const { runtime, items, here, onThread } = given
  const count = Math.max(1, Math.min(lanesOf(runtime), items))
  if (count === 1) return [await here()]
  const device = { name: runtime.device, threads: Math.floor(runtime.threads / count) }
  const settled = await Promise.allSettled(Array.from({ length: count }, () => onThread(device)))
  const lanes = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed === undefined) return lanes
  await closeAll(lanes)
  throw failed.reason
}

export async function closeAll(lanes: readonly Closable[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.close()))
}

/**
 * Models for as many groups at a time: while one is with its model, the passes over pixels of another run,
 * and two halves of the processor lose less than one whole on layers that are too small to be shared. A
 * graphics card is shared by nobody. Every one must be disposed of. @throws as `connectModel`.
 */
export async function connectLanes(
  { path, bytes, externalData, card, tfjs, inner, straightThrough }: ConnectableModel,
  runtime: OrtRuntime,
  groups: number,
): Promise<DifferentiableModel[]> {
  const model = { path, bytes, externalData, card, tfjs, inner, straightThrough }
  const count = Math.max(1, Math.min(lanesOf(runtime), groups))
  if (count === 1) return [await connectModel(model, runtime)]
  const threads = Math.floor(runtime.threads / count)
  return Promise.all(
    Array.from({ length: count }, () => connectOnThread({ ...model, device: runtime.device, threads })),
  )
}

export interface ModelsToConnect {
  readonly opened: ConnectableModel & Pick<OpenedModel, 'card' | 'facts' | 'ensemble'>
  readonly runtime: OrtRuntime
  /** How many groups are worked on. */
  readonly groups: number
  /** Windows of neighbouring slices that a model takes at once, at most. */
  readonly windows?: number
  /** Names of inner tensors to be connected too. */
  readonly inner?: readonly string[] | undefined
}

/**
 * A model for each lane, seen from the images' own pixel grid. Every one must be disposed of. @throws as
 * `connectModel`
 */
export async function connectPixelModels(given: ModelsToConnect): Promise<PixelModel[]> {
  const { ensemble } = given.opened
  return ensemble === undefined ? connectSingle(given) : connectEnsemble(given, ensemble)
}

/** The same lanes for each member, and one ensemble for each lane. */
async function connectEnsemble(
  given: ModelsToConnect,
  { others, combination }: Ensemble,
): Promise<PixelModel[]> {
  const { opened, runtime } = given
  const members: PixelModel[][] = []
  try {
    for (const member of [opened, ...others]) members.push(await connectSingle({ ...given, opened: member }))
    return entry(members, 0).map((_, lane) =>
      ensembleOnPixels(
        members.map((lanes) => entry(lanes, lane)),
        { runtime, combination, card: opened.card },
      ),
    )
  } catch (error) {
    await Promise.all(members.flat().map((model) => model.dispose()))
    throw error
  }
}

async function connectSingle(given: ModelsToConnect): Promise<PixelModel[]> {
  const { opened, runtime, groups, windows } = given
  const models = await connectLanes(opened, runtime, groups)
  const features = await connectInner(given).catch(async (error: unknown) => {
    await Promise.all(models.map((model) => model.dispose()))
    throw error
  })
  return models.map((model, lane) => pixelModel(model, opened.card, windows, features[lane]))
}

async function connectInner({ opened, runtime, groups, inner }: ModelsToConnect): Promise<InnerFeatures[]> {
  if (inner === undefined) return []
  const models = await connectLanes({ ...opened, inner }, runtime, groups)
  const sizes = await featureSizes(inner, opened, runtime)
  return models.map((model) => ({ model, sizes }))
}

/** Zeros for what a model takes beside an image; an extent that it leaves free is 1. */
function emptyBeside({ card, facts }: ModelsToConnect['opened']): BesideImages {
  const names = new Set(besideNames(card.inputs))
  const extents = (shape: readonly unknown[]) =>
    shape.slice(1).map((extent) => (typeof extent === 'number' ? extent : 1))
  return Object.fromEntries(
    facts.inputs.flatMap(({ name, shape }) =>
      names.has(name) ? [[name, tensor([1, ...extents(shape)])]] : [],
    ),
  )
}

/** How many features each tensor has, found by running the model on nothing. @throws as `connectModel`. */
async function featureSizes(
  names: readonly string[],
  opened: ModelsToConnect['opened'],
  runtime: OrtRuntime,
): Promise<number[]> {
  const input = tensor([1, ...(sampleShapeOf(opened.card) ?? [])])
  const beside = emptyBeside(opened)
  const sizes: number[] = []
  for (const name of names) {
    const model = await connectModel({ ...opened, inner: [name] }, runtime)
    try {
      sizes.push(extentOf((await model.predict(input, beside)).shape, 1))
    } finally {
      await model.dispose()
    }
  }
  return sizes
}

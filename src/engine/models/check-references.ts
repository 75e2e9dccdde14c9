import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../adapters/fs/json-file.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { RadversaryError } from '../../core/errors.ts'
import { createFloatImage } from '../../core/image/float-image.ts'
import { countIntensities } from '../../core/image/intensity-counts.ts'
import { resolveIntensity } from '../../core/image/intensity.ts'
import { mapBeside, type BesideImages } from '../../core/model/beside.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { undefended } from '../../core/model/defence-steps.ts'
import { contextOf, seriesCount } from '../../core/model/context.ts'
import type { ModelFacts } from '../../core/model/model-facts.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { plainCard, preprocessingFor } from '../../core/model/preprocessing/chain.ts'
import { seriesAsChannels } from '../../core/model/preprocessing/series.ts'
import {
  compareReference,
  departureNotice,
  usualTolerance,
  type OwnArrays,
  type ReferenceArrays,
} from '../../core/model/reference-check.ts'
import {
  departs,
  referenceReport,
  type Reference,
  type ReferenceReport,
} from '../../core/model/references.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import type { VolumeSpace } from '../../core/dicom/stack-space.ts'
import { fitsSlices } from '../../core/model/volume.ts'
import { answersForStacks } from '../../core/tasks/tasks.ts'
import { concatenate, extentOf, sampleOf, sizeOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'
import { chooseDevice, type DeviceRequest } from '../device.ts'
import { hashOf } from '../labels/hash.ts'
import { hashBeside, openBeside } from '../study/beside.ts'
import { version } from '../version.ts'
import { connectModel, openModel, type ModelReference, type OpenedModel } from './open-model.ts'
import { pixelModel } from './pixel-model.ts'
import {
  readReferenceFiles,
  referenceArray,
  referencePixels,
  type ReferencePixels,
  type ReferenceFiles,
} from './reference-files.ts'

/** A card with references. */
type ReferredCard = ModelCard & { readonly references: readonly Reference[] }

const keptSchema = 'radversary/kept-references/1'
const keptReport = z.strictObject({ schema: z.literal(keptSchema), report: referenceReport })

/**
 * Whether a model, run as it will be, gives what the training framework gave; undefined for a card without
 * references. Done once for the same files, card, device and version. @throws RadversaryError for files that
 * can't be read, and as `connectModel`.
 */
export async function checkReferences(
  opened: OpenedModel,
  { runtime, home }: { readonly runtime: Runtime; readonly home: string },
): Promise<ReferenceReport | undefined> {
  // References are of the network as it was trained.
  const card = undefended(opened.card)
  if (!hasReferences(card)) return undefined
  const files = await readReferenceFiles(card.references, opened.folder)
  const known = join(home, 'references', `${await keyOf(opened, { card, files, runtime })}.json`)
  const before = await readJsonFile(known, keptReport).catch(() => undefined)
  if (before !== undefined) return before.report
  const model = await connectModel({ ...opened, isRaw: true }, runtime)
  try {
    const report = await reportOf({ model, card, files, folder: opened.folder, facts: opened.facts })
    // A check that can't be kept is made again.
    await writeJsonFile(known, { schema: keptSchema, report }).catch(() => undefined)
    return report
  } finally {
    await model.dispose()
  }
}

/** What is checked before a device is chosen: on the CPU. @throws as `checkReferences`. */
export function referencesOnCpu(opened: OpenedModel, home: string): Promise<ReferenceReport | undefined> {
  return checkReferences(opened, { runtime: createOrtRuntime({ device: 'cpu' }), home })
}

/** A model and what came of its references. */
export interface CheckedModel {
  readonly opened: OpenedModel
  readonly report: ReferenceReport
}

/** @throws RadversaryError usage for a card without references; as `openModel` and `checkReferences`. */
export async function checkModel(request: ModelReference & DeviceRequest): Promise<CheckedModel> {
  const opened = await openModel(request)
  const { runtime } = await chooseDevice(request)
  const report = await checkReferences(opened, { runtime, home: request.home })
  if (report !== undefined) return { opened, report }
  throw new RadversaryError('usage', 'Model: expected a card with references, got none', {
    file: opened.path,
    tip: 'Nothing shows that it is the model that was trained; docs/model-card.md says how references are made.',
  })
}

function hasReferences(card: ModelCard): card is ReferredCard {
  return card.references !== undefined
}

interface KeyParts {
  readonly card: ReferredCard
  readonly files: ReferenceFiles
  readonly runtime: Runtime
}

/** Fields of a card on which nothing that is computed depends. */
const descriptive: ReadonlySet<string> = new Set(['schema', 'name', 'file', 'provenance', 'modality'])

/** Names all that a report depends on. */
async function keyOf(
  { sha256, tfjs, folder }: OpenedModel,
  { card, files, runtime }: KeyParts,
): Promise<string> {
  const computed = Object.entries(card).filter(([field]) => !descriptive.has(field))
  const readsBeside = card.references.some(({ image, inputs }) => image !== undefined && inputs === undefined)
  const beside = readsBeside ? await hashBeside(card, folder) : undefined
  const about = JSON.stringify([
    version,
    sha256,
    computed,
    tfjs?.backend ?? runtime.device,
    [...files.keys()],
    beside,
  ])
  return hashOf([new TextEncoder().encode(about), ...files.values()])
}

async function reportOf(checked: Checked): Promise<ReferenceReport> {
  const { card, files } = checked
  const options = { tolerance: card.referenceTolerance ?? usualTolerance, layout: card.input.layout }
  const differences: number[] = []
  const departures: ReferenceReport['departures'] = []
  for (const [n, reference] of card.references.entries()) {
    const theirs = arraysOf(reference, files)
    const own = await ownArrays(checked, reference, theirs)
    const { difference, departure } = compareReference(own, theirs, options)
    differences.push(difference)
    const name = [reference.image ?? reference.output].flat()[0]
    if (departure !== undefined) departures.push(departureNotice(departure, `${n + 1} (${name})`))
  }
  const difference = Math.max(...differences)
  return {
    count: card.references.length,
    tolerance: options.tolerance,
    difference: Number.isFinite(difference) ? difference : null,
    departures,
  }
}

function arraysOf({ resized, input, output }: Reference, files: ReferenceFiles): ReferenceArrays {
  return {
    resized: resized === undefined ? undefined : referenceArray(files, resized),
    input: input === undefined ? undefined : referenceArray(files, input),
    output: referenceArray(files, output),
  }
}

interface Checked {
  readonly model: DifferentiableModel
  readonly card: ReferredCard
  readonly files: ReferenceFiles
  /** The folder of the card. */
  readonly folder: string
  readonly facts: ModelFacts
}

async function ownArrays(
  checked: Checked,
  reference: Reference,
  theirs: ReferenceArrays,
): Promise<OwnArrays> {
  const { model, card, files } = checked
  const { image } = reference
  const outputs = ({ shape, data }: Tensor) => asTheirs({ shape, data }, theirs.output, card)
  const pixels = image === undefined ? [] : await referencePixels(image, files)
  const beside = await referenceBeside(reference, { ...checked, pixels })
  const input = theirs.input && batchOf(theirs.input, card)
  const ofInput = input && outputs(await model.predict(input, repeatedFor(input, beside), networkSpace(card)))
  if (pixels.length === 0) return { ofInput }
  const x = relativeImages(pixels, card)
  const [, channels = 0, rows = 0, columns = 0] = x.shape
  const shape = [channels, rows, columns] as const
  const chain = preprocessingFor(card, shape)
  return {
    ofInput,
    resized: theirs.resized && preprocessingFor(plainCard(card), shape).apply(x),
    input: theirs.input && fitsSlices(card) ? middleOf(chain.apply(x), theirs.input, card) : undefined,
    output: outputs(await pixelModel(model, card).forShape(x.shape).predict(x, repeatedFor(x, beside))),
  }
}

/** The frames of an image as a run takes them: [D, C, H, W] in relative intensity. */
function relativeImages(pixels: readonly ReferencePixels[], { intensity }: ModelCard): Tensor {
  const all = countIntensities(pixels)
  return concatenate(
    pixels.map((each) => {
      const { range } = resolveIntensity(intensity, each, all)
      return createFloatImage(each.frame, each.meaning, range).relative
    }),
  )
}

interface ReferenceParts extends Omit<Checked, 'model'> {
  readonly pixels: readonly ReferencePixels[]
}

/** What the graph takes beside the reference's image, [1, …] each: given with it, or of its DICOM file. */
async function referenceBeside(
  { inputs }: Reference,
  { card, files, folder, facts, pixels: [first] }: ReferenceParts,
): Promise<BesideImages | undefined> {
  if (inputs === undefined) {
    const { instance, file = '' } = first ?? {}
    const source = await openBeside(card, { folder, names: [file], inputs: facts.inputs })
    const sopInstanceUid = instance?.sopInstanceUid ?? ''
    return (
      instance &&
      source?.of({ name: file, sopInstanceUid, instance: () => Promise.resolve(instance), index: 0 })
    )
  }
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      if (typeof value !== 'string')
        return [name, tensor([1, [value].flat().length], Float32Array.from([value].flat(), Number))]
      const { shape, data } = referenceArray(files, value)
      return [name, shape[0] === 1 ? { shape, data } : tensor([1, ...shape], data)]
    }),
  )
}

/** One value for each sample of a batch. */
function repeatedFor({ shape }: Tensor, beside: BesideImages | undefined): BesideImages | undefined {
  return mapBeside(beside, (values) => concatenate(Array.from({ length: extentOf(shape, 0) }, () => values)))
}

/** Where what the graph takes lies: there is nothing to turn or resample. */
function networkSpace({ input: { volume } }: ModelCard): VolumeSpace | undefined {
  if (volume === undefined) return undefined
  return { orientation: volume.orientation ?? 'SPL', spacing: volume.spacing ?? [1, 1, 1] }
}

/** What the graph takes, with a batch: of a volume its slices. */
function batchOf({ shape, data }: Tensor, { input }: ModelCard): Tensor {
  if (input.volume !== undefined) {
    const [slices = 0, rows = 0, columns = 0] = shape.slice(-3)
    const series = seriesCount(input)
    const planes = tensor([series * slices, 1, rows, columns], data)
    return series > 1 ? seriesAsChannels(series).apply(planes) : planes
  }
  return shape.length === 4 ? { shape, data } : tensor([1, ...shape], data)
}

/** The values of a volume [D, K, H, W] as frameworks have it, [K, D, H, W]. */
function asTheirs(own: Tensor, theirs: Tensor, card: ModelCard): Tensor {
  if (answersForStacks(card)) return sampleOf(own, 0)
  if (card.input.volume === undefined) return middleOf(own, theirs, card)
  const [slices, classes] = [extentOf(own.shape, 0), extentOf(own.shape, 1)]
  const plane = sizeOf(own.shape.slice(2))
  const moved = tensor([classes, slices, ...own.shape.slice(2)])
  for (let k = 0; k < classes; k++)
    for (let z = 0; z < slices; z++) {
      const from = (z * classes + k) * plane
      moved.data.set(own.data.subarray(from, from + plane), (k * slices + z) * plane)
    }
  return moved
}

/** The framework's answer for neighbouring slices is that of the middle one. */
function middleOf(own: Tensor, theirs: Tensor, card: ModelCard): Tensor {
  const count = extentOf(own.shape, 0)
  const isOfOne = contextOf(card) > 0 && count % 2 === 1 && theirs.data.length === own.data.length / count
  return isOfOne ? sampleOf(own, (count - 1) / 2) : own
}

/** The report as a sentence. */
export function referenceSentence(report: ReferenceReport): string {
  const { count, tolerance, difference, departures } = report
  const pairs = count === 1 ? '1 reference' : `${count} references`
  if (departs(report))
    return `This is not the model that was trained, as ${departures.length} of ${pairs} say: ${departures.map(({ message }) => message).join(' ')}`
  return `This is the model that was trained: ${pairs} agree to ${(difference ?? 0).toExponential(1)} of their range (at most ${tolerance} is allowed).`
}

/** @throws RadversaryError reference-departs for a model that departs */
export function refuseDeparture(report: ReferenceReport, file: string): void {
  if (!departs(report)) return
  const [first, ...others] = report.departures
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  throw new RadversaryError('reference-departs', `Model: ${first?.message ?? ''}${more}`, {
    file,
    tip: `${first?.tip ?? ''} --force-references runs the model all the same.`,
  })
}

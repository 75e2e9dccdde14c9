import { readBytes } from '../adapters/fs/read-file.ts'
import type { OrtRuntime } from '../adapters/ort/runtime.ts'
import { obstacleError } from '../core/autodiff/obstacles.ts'
import { RadversaryError } from '../core/errors.ts'
import { namesOf, type ModelCard } from '../core/model/card.ts'
import type { AttackSpec } from '../core/spec/attack-spec.ts'
import { chooseDevice, describeDevice, type DeviceRequest } from './device.ts'
import { checkFrames, parseBoxes, type FramedBox } from './labels/box-labels.ts'
import { namesFor } from './labels/label-rows.ts'
import { parseLabels, type Label, type LabelTable } from './labels/labels.ts'
import { openMasks } from './labels/open-masks.ts'
import type { MaskSource } from './labels/mask-source.ts'
import { openModel, type ModelReference, type OpenedModel } from './models/open-model.ts'
import { throwIfCancelled, type JobHooks } from './progress.ts'
import { openStudy, type Study, type StudyImage } from './study/open-study.ts'

/** What a study is worked on with: a model and a device, as a user names them. */
export interface WorkbenchTools extends ModelReference, DeviceRequest {}

type Chosen = Pick<AttackSpec, 'images' | 'labels'> & Partial<Pick<AttackSpec, 'forceIntensity'>>

/** The same with the study, and what of it is worked on. */
export interface WorkbenchRequest extends WorkbenchTools, Chosen {
  /** Files and folders, or what is open already. */
  readonly study: readonly string[] | Study
}

/** The same, opened and fitting each other; the model is yet to be connected. */
export interface Workbench {
  readonly study: Study
  /** Those to work on, in the study's order. */
  readonly images: readonly StudyImage[]
  readonly opened: OpenedModel
  readonly runtime: OrtRuntime
  readonly device: { readonly name: string; readonly threads: number }
  readonly forceIntensity: boolean
  /** Whether labels or masks were given. */
  readonly isLabelled: boolean
  /** Label of an image; only for tasks with a label per image. */
  readonly labelOf: (image: StudyImage) => Label | undefined
  /** Masks, where they were given; segmentations only. */
  readonly masks: MaskSource | undefined
  /** Boxes of an image, where boxes were given: an image that they leave out has none. Detections only. */
  readonly boxesOf: ((image: StudyImage) => readonly FramedBox[]) | undefined
}

/**
 * Cheap checks come first. @throws RadversaryError for whatever is wrong with any of them.
 * @param needsGradient whether models that have none are refused, before the study is read
 */
export async function openWorkbench(
  request: WorkbenchRequest,
  hooks: JobHooks,
  needsGradient = false,
): Promise<Workbench> {
  const opened = await openModel(request)
  const obstacle = opened.obstacles.find((each) => each.of === 'gradient')
  if (needsGradient && obstacle !== undefined) throw obstacleError(obstacle, opened.path)
  const { table, masks, boxes } =
    request.labels === undefined ? {} : await readLabels(request.labels, opened.card)
  const study = 'images' in request.study ? request.study : await scanStudy(request.study, hooks)
  throwIfCancelled(hooks.signal)
  const images = chosenImages(study, request.images)
  const findBoxes = boxes && labelsOf(study, boxes)
  const boxesOf = findBoxes && ((image: StudyImage) => findBoxes(image) ?? [])
  const findLabel = table && labelsOf(study, table)
  const labelOf = (image: StudyImage) => findLabel?.(image)
  const find = findLabel ?? findBoxes
  // The whole study is asked: the chosen images of a detection may well have no boxes.
  if (find !== undefined && study.images.every((image) => find(image) === undefined))
    throw noLabels(request.labels, (table ?? boxes)?.count ?? 0)
  for (const image of images) checkFrames(boxesOf?.(image) ?? [], image.header.numberOfFrames)
  const choice = await chooseDevice(request)
  const { runtime } = choice
  const { tfjs } = opened
  const told = tfjs?.backend === undefined ? describeDevice(choice) : []
  for (const sentence of [...told, ...(tfjs?.notices ?? []), ...suppressionNotice(opened)])
    hooks.onNotice?.(sentence)
  const name = tfjs?.backend === undefined ? runtime.device : `tfjs-${tfjs.backend}`
  const device = { name, threads: runtime.threads }
  return {
    study,
    images,
    opened,
    runtime,
    device,
    labelOf,
    masks,
    boxesOf,
    isLabelled: request.labels !== undefined,
    forceIntensity: request.forceIntensity ?? false,
  }
}

/** A detector's own NonMaxSuppression has no gradient, and is left out. */
function suppressionNotice({ card: { task, output }, facts: { suppression } }: OpenedModel): string[] {
  if (task !== 'detection' || suppression?.scores !== output.name) return []
  return [
    `The model is cut before its NonMaxSuppression, at '${suppression.boxes}' and '${suppression.scores}'; boxes are suppressed as the card says.`,
  ]
}

/** `openStudy`, its progress told as a job's. */
export function scanStudy(paths: readonly string[], { signal, onProgress }: JobHooks): Promise<Study> {
  return openStudy(paths, {
    signal,
    onProgress: ({ filesDone, filesKnown }) =>
      onProgress?.({ done: filesDone, total: filesKnown, phase: 'reading headers', note: '' }),
  })
}

function chosenImages({ images }: Study, chosen: readonly string[] | undefined): readonly StudyImage[] {
  if (chosen === undefined) return images
  const uids = new Set(chosen)
  const found = images.filter(({ sopInstanceUid }) => uids.has(sopInstanceUid))
  if (found.length > 0) return found
  throw new RadversaryError('usage', `Study: expected some of its images, got ${chosen.length} others`, {
    tip: 'Open the study again: its files have changed.',
  })
}

interface GivenLabels {
  readonly table?: LabelTable
  readonly masks?: MaskSource
  readonly boxes?: LabelTable<readonly FramedBox[]>
}

async function readLabels(file: string, card: ModelCard): Promise<GivenLabels> {
  const { task, output } = card
  if (task === 'segmentation') return { masks: await openMasks(file, output) }
  const csv = new TextDecoder().decode(await readBytes({ path: file }))
  if (task === 'detection') return { boxes: parseBoxes(csv, file, output) }
  const isMultiLabel = output.activation === 'multi-label-sigmoid'
  return {
    table: parseLabels(csv, { file, classes: namesOf(card), isMultiLabel, isNumber: task === 'regression' }),
  }
}

/** By an image's path in the study or, where no other image has it, a shorter name. */
function labelsOf<T>({ images }: Study, table: LabelTable<T>): (image: StudyImage) => T | undefined {
  const counts = new Map<string, number>()
  for (const name of images.flatMap((image) => namesFor(image.name)))
    counts.set(name, (counts.get(name) ?? 0) + 1)
  return ({ name, sopInstanceUid }) => {
    const [path, ...shorter] = namesFor(name)
    const names = [path, ...shorter.filter((short) => counts.get(short) === 1)]
    const labels = names.map((fileName = name) => table.find({ fileName, sopInstanceUid }))
    return labels.find((label) => label !== undefined)
  }
}

function noLabels(file: string | undefined, count: number): RadversaryError {
  return new RadversaryError('labels-invalid', `labels: expected the study's images, got ${count} others`, {
    file,
    tip: 'Names in the column `file` are relative to the study; SOPInstanceUID is surer.',
  })
}

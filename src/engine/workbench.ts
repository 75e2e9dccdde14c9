import type { OrtRuntime } from '../adapters/ort/runtime.ts'
import { obstacleError } from '../core/autodiff/obstacles.ts'
import { RadversaryError } from '../core/errors.ts'
import type { ReferenceReport } from '../core/model/references.ts'
import type { Combination } from '../core/spec/presets.ts'
import type { AttackSpec } from '../core/spec/attack-spec.ts'
import { chooseDevice, describeDevice, type DeviceRequest } from './device.ts'
import { readLabels, type GivenLabels } from './labels/given-labels.ts'
import { checkReferences, referenceSentence, refuseDeparture } from './models/check-references.ts'
import { goesStraight, openModel, type ModelReference, type OpenedModel } from './models/open-model.ts'
import { throwIfCancelled, type JobHooks } from './progress.ts'
import { ensembleOf } from './models/ensemble.ts'
import { openBeside, type BesideSource } from './study/beside.ts'
import { ofOtherSeries, studyOfChannels } from './study/series-channels.ts'
import { openStudy, type Study, type StudyImage } from './study/open-study.ts'

/** A model, or several that are taken as one; each has its card beside it. */
export interface ModelsReference extends ModelReference {
  readonly others?: readonly string[] | undefined
  /** What of them is averaged: their losses by default. */
  readonly ensemble?: Combination | undefined
}

/** What a study is worked on with: a model and a device, as a user names them. */
export interface WorkbenchTools extends ModelsReference, DeviceRequest {}

type Chosen = Pick<AttackSpec, 'images' | 'labels'> &
  Partial<Pick<AttackSpec, 'forceIntensity' | 'forceReferences' | 'straightThrough'>>

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
  /** What came of the card's references; undefined for a card without any. */
  readonly references: ReferenceReport | undefined
  /** Values of the model's inputs beside the image; undefined of models of images alone. */
  readonly beside: BesideSource | undefined
  /**
   * Labels of the images; undefined where none were given, and the model's own predictions stand for them.
   */
  readonly labels: GivenLabels | undefined
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
  return workbenchOf(await openWorkModel(request, hooks, needsGradient), request, hooks)
}

/** Opens a request's model, to be used on any study. @throws as `openModel`; model-unsupported. */
export async function openWorkModel(
  {
    others = [],
    ensemble = 'losses',
    ...request
  }: ModelsReference & Pick<WorkbenchRequest, 'straightThrough'>,
  hooks: JobHooks,
  needsGradient: boolean,
): Promise<OpenedModel> {
  const first = await openSingle(request, hooks, needsGradient)
  const opened: OpenedModel[] = []
  for (const model of others)
    opened.push(await openSingle({ ...request, model, card: undefined }, hooks, needsGradient))
  return ensembleOf([first, ...opened], ensemble)
}

async function openSingle(
  request: ModelReference & Pick<WorkbenchRequest, 'straightThrough'>,
  hooks: JobHooks,
  needsGradient: boolean,
): Promise<OpenedModel> {
  const model = await openModel(request)
  const isStraight = needsGradient && goesStraight(request, model.obstacles, hooks)
  const opened: OpenedModel = isStraight ? { ...model, straightThrough: 'gradients' } : model
  const obstacle = opened.obstacles.find((each) => each.of === 'gradient')
  const isPassed = obstacle?.isRounding === true && opened.straightThrough !== undefined
  if (needsGradient && obstacle !== undefined && !isPassed) throw obstacleError(obstacle, opened.path)
  return opened
}

/** The same with a model that is open already. @throws as `openWorkbench` */
export async function workbenchOf(
  opened: OpenedModel,
  request: Omit<WorkbenchRequest, Exclude<keyof ModelReference, 'home'>>,
  hooks: JobHooks,
): Promise<Workbench> {
  const read = request.labels === undefined ? undefined : await readLabels(request.labels, opened.card)
  const scanned = 'images' in request.study ? request.study : await scanStudy(request.study, hooks)
  throwIfCancelled(hooks.signal)
  const study = await studyOfChannels(scanned, opened.card)
  for (const sentence of leftOutSentence(scanned, study)) hooks.onNotice?.(sentence)
  const images = chosenImages(study, request.images, scanned)
  const labels = read?.forStudy(study, images)
  const choice = await chooseDevice(request)
  const { runtime } = choice
  const { tfjs } = opened
  const sentences = tfjs?.backend === undefined ? describeDevice(choice) : []
  for (const sentence of [...sentences, ...(tfjs?.notices ?? []), ...suppressionNotice(opened)])
    hooks.onNotice?.(sentence)
  const name = tfjs?.backend === undefined ? runtime.device : `tfjs-${tfjs.backend}`
  const device = { name, threads: runtime.threads }
  const references = await checkedReferences(opened, { ...request, runtime }, hooks)
  return {
    study,
    images,
    opened,
    runtime,
    device,
    labels,
    references,
    beside: await openBeside(opened.card, {
      folder: opened.folder,
      names: study.images.map(({ name }) => name),
      inputs: opened.facts.inputs,
    }),
    forceIntensity: request.forceIntensity ?? false,
  }
}

/** @throws RadversaryError reference-departs, unless that is forced. */
async function checkedReferences(
  opened: OpenedModel,
  request: Pick<WorkbenchRequest, 'home' | 'forceReferences'> & { readonly runtime: OrtRuntime },
  { onNotice }: JobHooks,
): Promise<ReferenceReport | undefined> {
  const report = await checkReferences(opened, request)
  if (report === undefined) return undefined
  if (request.forceReferences !== true) refuseDeparture(report, opened.path)
  onNotice?.(referenceSentence(report))
  return report
}

/** A detector's own NonMaxSuppression has no gradient, and is left out. */
function suppressionNotice({ card: { output }, facts: { suppression } }: OpenedModel): string[] {
  if (suppression?.scores !== output.name) return []
  return [
    `The model is cut before its NonMaxSuppression, at '${suppression.boxes}' and '${suppression.scores}'; boxes are suppressed as the card says.`,
  ]
}

/** `openStudy`, its progress reported as a job's. */
export function scanStudy(paths: readonly string[], { signal, onProgress }: JobHooks): Promise<Study> {
  return openStudy(paths, {
    signal,
    onProgress: ({ filesDone, filesKnown }) =>
      onProgress?.({ done: filesDone, total: filesKnown, phase: 'reading headers', note: '' }),
  })
}

/** What of a study no channel of the model is. */
function leftOutSentence(scanned: Study, seen: Study): string[] {
  const seriesIn = ({ images }: Study) => new Set(images.map(({ series }) => series)).size
  const count = seriesIn(scanned) - seriesIn(seen)
  return count === 0
    ? []
    : [`Series of the study that are no channel of the model, and are left out: ${count}.`]
}

/** @param scanned the study with what the model doesn't see */
function chosenImages(
  { images }: Study,
  chosen: readonly string[] | undefined,
  scanned: Study,
): readonly StudyImage[] {
  if (chosen === undefined) return images
  const uids = new Set(chosen)
  const found = images.filter(({ sopInstanceUid }) => uids.has(sopInstanceUid))
  if (found.length > 0) return found
  if (scanned.images.some(({ sopInstanceUid }) => uids.has(sopInstanceUid))) throw ofOtherSeries()
  throw new RadversaryError('usage', `Study: expected some of its images, got ${chosen.length} others`, {
    tip: 'Open the study again: its files have changed.',
  })
}

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { openWantedMasks } from '../labels/open-masks.ts'
import type { MaskSource } from '../labels/mask-source.ts'
import { openRegion, type Region } from '../session/region.ts'
import { contextOf, seriesChannels } from '../../core/model/context.ts'
import type { PlainDevice } from '../session/lanes.ts'
import { checkStacks, planStacks, type Stack } from '../session/stacks.ts'
import type { ComparisonSpec } from '../../core/spec/comparison-spec.ts'
import type { TaskGoal } from '../../core/tasks/goal.ts'
import { departs } from '../../core/model/references.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import type { DeviceRequest } from '../device.ts'
import type { JobHooks } from '../progress.ts'
import type { Study, StudyImage } from '../study/open-study.ts'
import { version } from '../version.ts'
import type { OpenedModel } from '../models/open-model.ts'
import { openWorkModel, workbenchOf, type Workbench } from '../workbench.ts'
import { noticeIdleFields } from '../attack/defence.ts'
import { planCells, type PlannedCell } from './plan-cells.ts'

/** Several methods at several budgets on several models, on one study, as a user asks for it. */
export interface CompareRequest extends ComparisonSpec, DeviceRequest {
  readonly study: readonly string[]
  readonly home: string
  readonly out: string
  /** Whether times are left out of cells, where equal runs have to give equal bytes. */
  readonly untimed?: boolean | undefined
}

/** One of the compared models with the study, opened. */
export interface ComparedModel extends Workbench {
  readonly goal: TaskGoal
  /** Masks that a targeted attack on a segmentation wants. */
  readonly wanted: MaskSource | undefined
}

/** A request with everything opened and checked. */
export interface CompareRun {
  readonly request: CompareRequest
  readonly models: readonly ComparedModel[]
  readonly study: Study
  readonly images: readonly StudyImage[]
  readonly cells: readonly PlannedCell[]
  readonly region: Region | undefined
  /** Names the run: equal ids give equal results. */
  readonly exportId: string
}

/**
 * Opens what a request names: settings first, then models, then the study, once. @throws RadversaryError for
 * whatever is wrong. @param opened the request's models, by `openComparedModels`, where they are opened once
 * for many studies
 */
export async function prepareComparison(
  request: CompareRequest,
  hooks: JobHooks,
  opened?: readonly OpenedModel[],
): Promise<CompareRun> {
  const cells = planCells(request.models.length, request.methods, request.budgets)
  const region = await openRegion(request)
  const models: ComparedModel[] = []
  for (const model of opened ?? (await openComparedModels(request, hooks))) {
    const study = models[0]?.study ?? request.study
    const workbench = await workbenchOf(model, { ...request, study }, hooks)
    for (const { method } of cells) checkStacks(workbench, method.entry)
    checkChannels(workbench, models[0])
    models.push(await comparedModel(workbench, request))
  }
  const [first] = models
  if (first === undefined)
    throw new RadversaryError('usage', 'Comparison: expected at least one model, got none')
  noticeIdleFields(
    models.map(({ opened }) => opened.card),
    request,
    hooks,
  )
  const run = { request, models, study: first.study, images: first.images, cells, region }
  return { ...run, exportId: await exportIdOf(run) }
}

/**
 * Checks what is asked of methods and opens a comparison's models, before any study is read. @throws
 * RadversaryError usage; as `openWorkModel`
 */
export async function openComparedModels(
  request: Omit<CompareRequest, 'study' | 'out'>,
  hooks: JobHooks,
): Promise<OpenedModel[]> {
  const cells = planCells(request.models.length, request.methods, request.budgets)
  const needsGradient = cells.some(({ method }) => method.entry.access === 'white-box')
  const opened: OpenedModel[] = []
  for (const model of request.models)
    opened.push(await openWorkModel({ ...request, model }, hooks, needsGradient))
  return opened
}

/** @throws RadversaryError usage for models that don't see the same series as channels */
function checkChannels({ opened }: Workbench, first: Workbench | undefined): void {
  const seriesOf = ({ card: { input } }: Workbench['opened']) => JSON.stringify(seriesChannels(input))
  if (first === undefined || seriesOf(opened) === seriesOf(first.opened)) return
  throw new RadversaryError(
    'usage',
    `Comparison: expected models of the same series, got other input.channels of ${first.opened.card.name} and ${opened.card.name}`,
    { tip: 'Compare models whose channels are the same series, in the same order, with each other.' },
  )
}

async function comparedModel(workbench: Workbench, request: CompareRequest): Promise<ComparedModel> {
  const { card } = workbench.opened
  const goal = rulesOf(card.task).goal(card, request)
  return { ...workbench, goal, wanted: await openWantedMasks(card, request) }
}

/** A comparison as plain values: what is opened already, and the request for what is opened again. */
export interface PlainComparison extends Pick<CompareRun, 'request' | 'study' | 'exportId'> {
  readonly opened: readonly ComparedModel['opened'][]
  readonly device: PlainDevice
}

export function plainComparison(run: CompareRun, device: PlainDevice): PlainComparison {
  const { request, study, exportId, models } = run
  return { request, study, exportId, device, opened: models.map(({ opened }) => opened) }
}

/** The comparison of its plain values, on the device that they name. @throws as `prepareComparison` */
export async function reopenedComparison({ opened, device, ...plain }: PlainComparison): Promise<CompareRun> {
  const { request, study } = plain
  const on = { device: device.name, threads: device.threads }
  const models: ComparedModel[] = []
  for (const model of opened)
    models.push(await comparedModel(await workbenchOf(model, { ...request, ...on, study }, {}), request))
  const cells = planCells(request.models.length, request.methods, request.budgets)
  const { images } = entry(models, 0)
  return { ...plain, models, images, cells, region: await openRegion(request) }
}

/**
 * What is attacked one after the other on a model. Where any model sees neighbouring slices, stacks stay
 * whole.
 */
export function comparedStacks(
  { models, images, request }: CompareRun,
  compared: ComparedModel,
  atATime = 1,
): Stack[] {
  const contexts = models.map(({ opened }) => contextOf(opened.card))
  return planStacks(images, {
    context: contextOf(compared.opened.card),
    whole: request.transfer && contexts.some((context) => context > 0),
    batch: request.batch,
    slices: request.slices,
    atATime,
  })
}

/** Everything that decides the results; what was not given is not of it. */
async function exportIdOf({ request, models, cells, region }: Omit<CompareRun, 'exportId'>): Promise<string> {
  const { seed, batch, transfer, criterion, loss, slices } = request
  const all = {
    version,
    seed,
    batch,
    transfer,
    ...(request.forceIntensity && { forceIntensity: true }),
    ...(models.some(({ references }) => departs(references)) && { forceReferences: true }),
    ...(models.some(({ opened }) => opened.straightThrough) && { straightThrough: true }),
    ...(request.earlyStop && { earlyStop: true }),
    ...(models.some(({ opened }) => opened.card.defence) && {
      eot: request.eot,
      oblivious: request.oblivious,
    }),
    criterion,
    loss,
    slices,
    region: region?.sha256,
    models: await Promise.all(models.map(modelOfId)),
    cells: cells.map(({ model, method: { name, settings } }) => [model, name, settings]),
  }
  const hash = sha256(new TextEncoder().encode(JSON.stringify(all)))
  return `comparison-${bytesToHex(hash).slice(0, 32)}`
}

async function modelOfId({ opened, goal, device, images, labels, wanted, beside }: ComparedModel) {
  return {
    sha256: opened.sha256,
    card: opened.card,
    target: goal.target,
    device,
    images: images.map((image) => [image.name, image.sopInstanceUid, labels?.given(image)]),
    masks: labels?.sha256,
    wanted: wanted?.sha256,
    beside: await beside?.sha256(),
  }
}

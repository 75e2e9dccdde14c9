import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { DefenceReport } from '../../core/model/defence-report.ts'
import { contextOf } from '../../core/model/context.ts'
import { departs } from '../../core/model/references.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { AttackSpec, GoalSpec } from '../../core/spec/attack-spec.ts'
import type { TaskGoal } from '../../core/tasks/goal.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import { type ExportIdentity, identityParts, openIdentity } from '../deidentify/export-identity.ts'
import type { IdentityRequest } from '../deidentify/identity-request.ts'
import { openWantedMasks } from '../labels/open-masks.ts'
import type { Ensemble, OpenedModel } from '../models/open-model.ts'
import type { MaskSource } from '../labels/mask-source.ts'
import type { JobHooks } from '../progress.ts'
import { nothingLeft } from '../study/failures.ts'
import { version } from '../version.ts'
import { openWorkModel, workbenchOf, type Workbench, type WorkbenchTools } from '../workbench.ts'
import { lanesOf, type PlainDevice } from '../session/lanes.ts'
import type { MediaFormat } from '../export/media.ts'
import { kindsFor, type ExportKind } from '../export/export-kinds.ts'
import { openRegion, type Region } from '../session/region.ts'
import { checkStacks, planStacks, type Stack } from '../session/stacks.ts'
import { cardsOf, defenceOf, noticeIdleFields } from './defence.ts'
import { configureMethod, type ConfiguredMethod } from './method-settings.ts'

/** An attack on a study, as a user asks for it; without labels, away from the model's own predictions. */
export interface AttackRequest extends AttackSpec, WorkbenchTools {
  readonly study: readonly string[]
  /** Whether kinds that the model's task has not are refused; else they are left out. */
  readonly strictExports?: boolean | undefined
  /** Held-out models, each with its card beside it, that judge what was made. */
  readonly judges?: readonly string[] | undefined
  /** Absent: identities stay as the source has them, and the record says nothing of it. */
  readonly identity?: IdentityRequest | undefined
  /** The export's DICOM files as a medium too; absent where none is wanted. */
  readonly media?: readonly MediaFormat[] | undefined
  readonly out: string
}

/** A request with everything opened and checked. */
export interface AttackRun extends Workbench {
  readonly request: AttackRequest
  readonly method: ConfiguredMethod
  readonly goal: TaskGoal
  readonly region: Region | undefined
  /** Masks that a targeted attack on a segmentation wants. */
  readonly wanted: MaskSource | undefined
  /** Exports that were asked for and that the model's task has. */
  readonly exports: readonly ExportKind[]
  readonly identity: ExportIdentity
  /** What is attacked one after the other, in the order of the export. */
  readonly stacks: readonly Stack[]
  /** How the method takes the card's defence; undefined of a card without one. */
  readonly defence: DefenceReport | undefined
  /** Models that judge what was made, and that no attack sees. */
  readonly judges: readonly OpenedModel[]
  /** Names the run: equal ids give equal bytes. */
  readonly exportId: string
}

/**
 * Opens what a request names. @throws RadversaryError for whatever is wrong. @param opened the request's
 * model, by `openAttackModel`, where it is opened once for many studies
 */
export async function prepareAttack(
  request: AttackRequest,
  hooks: JobHooks,
  opened?: OpenedModel,
): Promise<AttackRun> {
  const asked = await askedOf(request)
  const workbench = await workbenchOf(opened ?? (await openAttackModel(request, hooks)), request, hooks)
  tellUnexportable(workbench, hooks)
  checkStacks(workbench, asked.method.entry)
  const { card } = workbench.opened
  noticeIdleFields(cardsOf(workbench.opened), request, hooks)
  const run = {
    ...workbench,
    ...asked,
    ...(await wishesOf(request, card)),
    identity: await identityOf(request),
    stacks: stacksOf(workbench, request),
    defence: defenceOf(asked.method, cardsOf(workbench.opened), request),
    judges: await openJudges(request, hooks),
  }
  return { ...run, exportId: await exportIdOf(run) }
}

/**
 * Checks what is asked of a method and opens its model, before any study is read. @throws RadversaryError
 * usage; as `openWorkModel`.
 */
export function openAttackModel(
  request: Omit<AttackRequest, 'study' | 'out'>,
  hooks: JobHooks,
): Promise<OpenedModel> {
  const { entry } = configureMethod(request.method, request.settings)
  return openWorkModel(request, hooks, entry.access === 'white-box')
}

/** A run as plain values: what is opened already, and the request for what is opened again. */
export interface PlainRun extends Pick<
  AttackRun,
  'request' | 'opened' | 'study' | 'stacks' | 'identity' | 'exportId'
> {
  /** What the request is worked on with, in the place of the device that it names. */
  readonly device: PlainDevice
}

export function plainRun(run: AttackRun, device: PlainDevice): PlainRun {
  const { request, opened, study, stacks, identity, exportId } = run
  return { request, opened, study, stacks, identity, exportId, device }
}

/** The run of its plain values, on the device that they name. @throws as `prepareAttack` */
export async function reopenedRun({ device, ...plain }: PlainRun): Promise<AttackRun> {
  const { request, opened, study } = plain
  const on = { device: device.name, threads: device.threads }
  const workbench = await workbenchOf(opened, { ...request, ...on, study }, {})
  const asked = await askedOf(request)
  const defence = defenceOf(asked.method, cardsOf(opened), request)
  // What is made is judged where the run is put together.
  const kept = { defence, judges: [] }
  return { ...workbench, ...asked, ...(await wishesOf(request, opened.card)), ...kept, ...plain }
}

/** What can be checked before a model or a study is read. */
async function askedOf(request: AttackRequest) {
  const method = configureMethod(request.method, request.settings)
  return { request, method, region: await openRegion(request) }
}

async function identityOf({ identity, home }: AttackRequest): Promise<ExportIdentity> {
  return identity === undefined ? { choice: 'keep' } : openIdentity(identity, home)
}

/** What is asked of the model's task. */
async function wishesOf(request: AttackRequest, card: ModelCard) {
  return {
    goal: rulesOf(card.task).goal(card, request),
    wanted: await openWantedMasks(card, request),
    exports: kindsFor(card, request.exports, request.strictExports),
  }
}

/**
 * Says before anything is computed which images can't be exported. @throws RadversaryError where all can't.
 */
function tellUnexportable({ study, images }: Workbench, { onNotice }: JobHooks): void {
  const failures = images.flatMap(({ name, header: { exportFault } }) =>
    exportFault === undefined ? [] : [{ file: name, ...exportFault }],
  )
  const [first] = failures
  if (first === undefined) return
  if (failures.length === images.length) throw nothingLeft([...study.failures, ...failures])
  const count = failures.length === 1 ? '1 image' : `${failures.length} images`
  onNotice?.(
    `${count} can't be exported, and will not be attacked; the first, ${first.file}: ${first.message}.`,
  )
}

function stacksOf({ images, runtime, opened }: Workbench, { batch, slices }: AttackRequest): Stack[] {
  return planStacks(images, {
    context: contextOf(opened.card),
    batch,
    slices,
    atATime: lanesOf(runtime),
  })
}

/** Everything that decides the bytes of an export. */
async function exportIdOf(run: Omit<AttackRun, 'exportId'>): Promise<string> {
  const { request, method, study, opened, goal, region, exports, labels, device } = run
  const { seed, earlyStop, batch } = request
  const { name, settings } = method
  const images = run.images.map((image) => [image.name, image.sopInstanceUid, labels?.given(image)])
  const model = [opened.sha256, opened.card, ...ensembleParts(opened.ensemble)]
  const judges = run.judges.map((judge) => [judge.sha256, judge.card])
  const failures = study.failures.map(({ file, code }) => [file, code])
  const masks = { masks: labels?.sha256, wanted: run.wanted?.sha256 }
  const slices = request.slices === undefined ? {} : { slices: request.slices }
  const besideFiles = run.beside && { beside: await run.beside.sha256() }
  const inputs = {
    ...besideFiles,
    images,
    failures,
    model,
    region: region?.sha256,
    ...masks,
    ...slices,
    ...unchosen(run),
  }
  const { target, maker, loss } = goal
  const wanted = { target, criterion: maker.criterion, ...(loss && { loss }) }
  const all = {
    ...forcedParts(run),
    version,
    name,
    settings,
    ...wanted,
    seed,
    earlyStop,
    batch,
    exports,
    ...(request.pictures && { pictures: request.pictures }),
    ...(request.media && { media: request.media }),
    ...(request.identity && { identity: identityParts(run.identity) }),
    device,
    ...(judges.length > 0 && { judges }),
    ...inputs,
  }
  return `run-${hex(new TextEncoder().encode(JSON.stringify(all))).slice(0, 32)}`
}

/** What was forced, and how defences were taken; absent where nothing was, so that ids of others stay. */
function forcedParts(run: Omit<AttackRun, 'exportId'>) {
  return {
    ...(run.forceIntensity && { forceIntensity: true }),
    ...(departs(run.references) && { forceReferences: true }),
    ...(run.opened.straightThrough && { straightThrough: true }),
    ...(run.defence && { defence: run.defence }),
  }
}

function ensembleParts(ensemble: Ensemble | undefined): unknown[] {
  if (ensemble === undefined) return []
  return [ensemble.combination, ...ensemble.others.map(({ sha256, card }) => [sha256, card])]
}

/** Percentiles of a series are of all its images, also those that are not attacked. */
function unchosen({ study, images }: Omit<AttackRun, 'exportId'>) {
  const chosen = new Set(images)
  const others = study.images
    .filter((image) => !chosen.has(image))
    .map(({ sopInstanceUid }) => sopInstanceUid)
  return others.length === 0 ? {} : { others }
}

function hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes))
}

type Asked = Parameters<typeof openWantedMasks>[1] & GoalSpec

interface AskedJudges extends Pick<WorkbenchTools, 'home' | 'runtime'>, Asked {
  readonly judges?: readonly string[] | undefined
}

/** Opens the held-out models of a request. @throws RadversaryError as `openModel` */
async function openJudges(request: AskedJudges, hooks: JobHooks): Promise<OpenedModel[]> {
  const { judges = [], home, runtime } = request
  const opened: OpenedModel[] = []
  for (const model of judges) {
    const judge = await openWorkModel({ model, home, runtime }, hooks, false)
    await checkAsked(judge.card, request)
    opened.push(judge)
  }
  return opened
}

/** Checks before the attack what a judge is asked after it: goal, masks and labels. */
async function checkAsked(card: ModelCard, request: AskedJudges): Promise<void> {
  rulesOf(card.task).goal(card, request)
  await openWantedMasks(card, request)
}

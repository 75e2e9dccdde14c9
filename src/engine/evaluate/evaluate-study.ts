import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { join } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import { manifestName, readManifest } from '../../adapters/fs/manifest.ts'
import type { EvaluationSpec } from '../../core/spec/comparison-spec.ts'
import { evaluationCommand, withoutFolders } from '../../core/spec/command-line.ts'
import { protocols } from '../../core/spec/protocols.ts'
import { openComparedModels } from '../compare/compare-run.ts'
import { runComparison, type RanComparison } from '../compare/compare-study.ts'
import type { DeviceRequest } from '../device.ts'
import { openModel, type OpenedModel } from '../models/open-model.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { version } from '../version.ts'
import { openStudy } from '../study/open-study.ts'
import { evaluatedModel, type ToEvaluate } from './evaluate-models.ts'
import { patientsOf } from './evaluated-rows.ts'
import { evaluationName, evaluationSchema, type Evaluation } from './evaluation.ts'
import { evaluationFigures } from './evaluation-figures.ts'
import { evaluationTables } from './evaluation-tables.ts'
import { comparedBy, planSteps, type PlannedProtocol } from './plan-protocol.ts'
import { casesOf, galleriesOf, pictureFiles, type Gallery } from './gallery.ts'
import { reportHtml } from './report.ts'
import { groupsOf, openGroups } from './subgroup-values.ts'

/** A protocol on one or several models and a study, as a user asks for it. */
export interface EvaluateRequest extends EvaluationSpec, DeviceRequest {
  readonly study: readonly string[]
  readonly home: string
  readonly out: string
  /** Whether times are left out of the comparison's cells. */
  readonly untimed?: boolean | undefined
}

export interface EvaluateReport {
  readonly folder: string
  readonly evaluation: Evaluation
  /** Cells that an earlier attempt had finished. */
  readonly resumed: number
}

/** The report, in an evaluation's folder. */
export const reportName = 'report.html'

/**
 * Attacks a study as a protocol says, in a comparison that goes on where it was stopped, and writes what a
 * reviewer asks for: evaluation.json, tables, figures and the report. @throws RadversaryError as
 * `compareStudy`. @param opened the request's models, by `openEvaluatedModels`, where they are opened once
 * for many studies
 */
export async function evaluateStudy(
  request: EvaluateRequest,
  hooks: JobHooks = {},
  opened?: readonly OpenedModel[],
): Promise<EvaluateReport> {
  const planned = planOf(request, opened ?? (await openedOf(request)), await modalitiesOf(request))
  const columns = await openGroups(request)
  const { study, out } = request
  const folder = await openExportFolder({ folder: out, exportId: exportIdOf(request), sources: study })
  const compared = comparisonOf({ ...request, out: join(folder.folder, 'comparison') }, planned)
  const ran = await runComparison(compared, hooks, opened)
  throwIfCancelled(hooks.signal)
  await keepAll(folder, 'comparison')
  const evaluation = evaluationOf(request, planned, { ...ran, groups: groupsOf(columns, ran) })
  const gallery = request.pictures ? await galleryFor(evaluation, ran, hooks.signal) : []
  const whole = withCases(evaluation, gallery)
  const shown = pictureFiles(gallery)
  for (const [name, bytes] of shown) await folder.write(name, bytes)
  for (const [name, text] of filesOf(whole, shown)) await folder.write(name, new TextEncoder().encode(text))
  await folder.finish()
  return { folder: folder.folder, evaluation: whole, resumed: ran.resumed }
}

/** A protocol on studies, and what it is worked on with. */
type EvaluateTools = Omit<EvaluateRequest, 'study' | 'out'>

/** Opens an evaluation's models, before any study is read. @throws as `openComparedModels` */
export async function openEvaluatedModels(request: EvaluateTools, hooks: JobHooks): Promise<OpenedModel[]> {
  return openComparedModels(comparisonOf(request, planOf(request, await openedOf(request))), hooks)
}

async function openedOf({ models, home }: EvaluateTools): Promise<OpenedModel[]> {
  const opened: OpenedModel[] = []
  for (const model of models) opened.push(await openModel({ model, home }))
  return opened
}

function planOf(
  { protocol, epsilon }: EvaluateTools,
  opened: readonly OpenedModel[],
  modalities?: readonly string[],
): PlannedProtocol {
  return planSteps(protocols[protocol], { cards: opened.map(({ card }) => card), epsilon, modalities })
}

/** Modality of each image that is evaluated, '' where it says none. */
async function modalitiesOf({ study, images }: EvaluateRequest): Promise<string[]> {
  const all = (await openStudy(study)).images
  const chosen = all.filter(({ sopInstanceUid }) => images?.includes(sopInstanceUid) ?? true)
  return chosen.map(({ header }) => header.modality ?? '')
}

/** The comparison that a protocol is. */
function comparisonOf<Request extends EvaluateTools>(request: Request, planned: PlannedProtocol) {
  const { protocol: _, epsilon: __, subgroups: ___, pictures: ____, ...asked } = request
  return { ...asked, ...comparedBy(planned, request.models.length) }
}

/** The command line that makes it again, for the report; without folders, which may name patients. */
function commandOf(request: EvaluateRequest): string {
  const { study, models, device, threads } = request
  const subject = { study, models, device, threads, out: 'EVAL' }
  return evaluationCommand(...withoutFolders(request, subject))
}

/** Names what was asked for; what lies in the files, the comparison's own id says. */
function exportIdOf(request: EvaluateRequest): string {
  const named = { version, command: commandOf(request) }
  const hash = sha256(new TextEncoder().encode(JSON.stringify(named)))
  return `evaluation-${bytesToHex(hash).slice(0, 32)}`
}

/** Lists the files of a complete export inside another. */
async function keepAll(folder: ExportFolder, inner: string): Promise<void> {
  const { files } = await readManifest(join(folder.folder, inner))
  for (const path of [...files.map((file) => file.path), manifestName]) await folder.keep(`${inner}/${path}`)
}

function evaluationOf(
  request: EvaluateRequest,
  { protocol, epsilon, steps, leftOut }: PlannedProtocol,
  { run, cells, comparison, groups }: RanComparison & Pick<ToEvaluate, 'groups'>,
): Evaluation {
  const patients = patientsOf(run.images)
  const opened = run.models.map((model) => model.opened)
  const given = { comparison, cells, opened, steps, epsilon, patients, groups }
  const { notice, software, exportId, labels, target, criterion, seed, failures } = comparison
  return {
    schema: evaluationSchema,
    notice,
    software,
    exportId,
    labels,
    target,
    criterion,
    seed,
    failures,
    protocol: { name: request.protocol, summary: protocol.summary, epsilon, leftOut },
    study: {
      images: run.images.length,
      patients: new Set(patients.values()).size,
      modalities: [...new Set(run.images.flatMap(({ header }) => header.modality ?? []))].sort(),
    },
    models: run.models.map((_, index) => evaluatedModel(given, index)),
    patientOf: Object.fromEntries(patients),
    commands: [commandOf(request)],
  }
}

function galleryFor(
  evaluation: Evaluation,
  ran: RanComparison,
  signal: AbortSignal | undefined,
): Promise<Gallery> {
  const isTargeted = evaluation.target !== null
  return galleriesOf(evaluation.models, { ran, patients: patientsOf(ran.run.images), isTargeted, signal })
}

function withCases(evaluation: Evaluation, gallery: Gallery): Evaluation {
  const models = evaluation.models.map((model, i) => ({ ...model, cases: casesOf(gallery[i] ?? [], i) }))
  return { ...evaluation, models }
}

function filesOf(evaluation: Evaluation, pictures: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const figures = evaluationFigures(evaluation)
  return new Map([
    [evaluationName, `${JSON.stringify(evaluation, null, 1)}\n`],
    ...evaluationTables(evaluation),
    ...[...figures].map(([name, svg]) => [`figures/${name}.svg`, svg] as const),
    [reportName, reportHtml(evaluation, { figures, pictures })],
  ])
}

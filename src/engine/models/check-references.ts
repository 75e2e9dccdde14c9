import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../adapters/fs/json-file.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { undefended } from '../../core/model/defence-steps.ts'
import {
  compareReference,
  departureNotice,
  usualTolerance,
  type ReferenceArrays,
} from '../../core/model/reference-check.ts'
import {
  departs,
  referenceReport,
  type Reference,
  type ReferenceReport,
} from '../../core/model/references.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import { chooseDevice, type DeviceRequest } from '../device.ts'
import { hashOf } from '../labels/hash.ts'
import { hashBeside } from '../study/beside.ts'
import { version } from '../version.ts'
import { connectModel, openModel, type ModelReference, type OpenedModel } from './open-model.ts'
import { ownArrays, type Checked } from './reference-run.ts'
import { readReferenceFiles, referenceArray, type ReferenceFiles } from './reference-files.ts'

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

async function reportOf(checked: Checked & { readonly card: ReferredCard }): Promise<ReferenceReport> {
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

/** The report as a sentence. */
export function referenceSentence(report: ReferenceReport): string {
  const { count, tolerance, difference, departures } = report
  const [pairs, agree] = count === 1 ? ['1 reference', 'agrees'] : [`${count} references`, 'agree']
  if (departs(report))
    return `This is not the model that was trained, as ${departures.length} of ${pairs} say: ${departures.map(({ message }) => message).join(' ')}`
  return `This is the model that was trained: ${pairs} ${agree} to ${(difference ?? 0).toExponential(1)} of their range (at most ${tolerance} is allowed).`
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

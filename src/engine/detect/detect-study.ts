import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { basename, join } from 'node:path'
import { svgChart } from '../../adapters/charts/svg-chart.ts'
import { openExportFolder } from '../../adapters/fs/export-folder.ts'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { valueFor } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { aucOf } from '../../core/evaluate/auc.ts'
import { csv } from '../../core/evaluate/csv.ts'
import { detectedAt, rocOf, type Detector } from '../../core/evaluate/detectors.ts'
import { recordName } from '../attack/attack-study.ts'
import { patientsOf, type Patients } from '../evaluate/evaluated-rows.ts'
import { attackRecord, researchNotice, type AttackRecord } from '../export/record.ts'
import type { JobHooks } from '../progress.ts'
import { nothingLeft, type InputFailure } from '../study/failures.ts'
import { version } from '../version.ts'
import { sourcesAmong } from '../verify/recorded-sources.ts'
import type { StudyImage } from '../study/open-study.ts'
import { openWorkModel, workbenchOf, type Workbench, type WorkbenchRequest } from '../workbench.ts'
import {
  detectionSchema,
  detectorNames,
  fittedDetectors,
  type DetectedRun,
  type Detection,
  type DetectorName,
  type DetectorResult,
} from './detection.ts'
import { checkDetected, keyOf, observedOf, type Observed } from './seen-images.ts'

/** Detectors of attacked images, asked about runs, as a user asks for it. */
export interface DetectRequest extends WorkbenchRequest {
  /** Clean images that were attacked in the runs. */
  readonly study: readonly string[]
  /** Other clean images, which detectors are fitted to. */
  readonly fit: readonly string[]
  /** Folders that `attack` has left. */
  readonly runs: readonly string[]
  readonly tensors: readonly string[]
  /** The key that the UIDs of de-identified runs were made with; undefined for the workspace's. */
  readonly key?: string | undefined
  readonly home: string
  readonly out: string
}

export interface DetectReport {
  readonly folder: string
  readonly detection: Detection
}

/** What one job has at hand. */
interface Source {
  readonly bench: Workbench
  readonly observed: readonly Observed[]
  readonly failures: readonly InputFailure[]
}

/**
 * Fits detectors to clean images, and measures how well they part attacked images from the clean ones that these
 * were made of. @throws RadversaryError for whatever stops the whole job
 */
export async function detectStudy(request: DetectRequest, hooks: JobHooks = {}): Promise<DetectReport> {
  const opened = await openWorkModel(request, hooks, false)
  checkDetected(opened)
  const records = await Promise.all(
    request.runs.map((run) => readJson(join(run, recordName), attackRecord, toRestore)),
  )
  const see = async (study: readonly string[]): Promise<Source> => {
    const bench = await workbenchOf(opened, { ...request, study }, hooks)
    const seen = await observedOf(bench, { tensors: request.tensors, hooks })
    if (seen.observed.length === 0) throw nothingLeft(seen.failures)
    return { bench, ...seen }
  }
  const [fit, clean] = [await see(request.fit), await see(request.study)]
  const detectors = fittedDetectors(fit.observed)
  const runs: DetectedRun[] = []
  const failures = [...fit.failures, ...clean.failures]
  for (const [i, run] of request.runs.entries()) {
    const attacked = await see([join(run, 'adversarial')])
    failures.push(...attacked.failures)
    const record = records[i]
    if (record === undefined) continue
    const sources = await sourcesAmong(record, clean.bench.images, { key: request.key, home: request.home })
    runs.push(runOf({ run, record, sources, clean, attacked, detectors }))
  }
  const exportId = exportIdOf(request, { opened, fit, clean, runs })
  const detection: Detection = {
    schema: detectionSchema,
    notice: researchNotice,
    exportId,
    software: { name: 'Radversary', version },
    model: { name: opened.card.name, sha256: opened.sha256, device: clean.bench.device.name },
    tensors: [...request.tensors],
    fitted: countOf(fit),
    clean: countOf(clean),
    runs,
    warnings: warningsOf(fit, clean),
    failures: failures.map(({ file, code, message }) => ({ file, code, message })),
  }
  const { out, study, runs: sources } = request
  const folder = await openExportFolder({
    folder: out,
    exportId,
    sources: [...study, ...request.fit, ...sources],
  })
  for (const [name, text] of filesOf(detection)) await folder.write(name, new TextEncoder().encode(text))
  await folder.finish()
  return { folder: folder.folder, detection }
}

function countOf({ bench, observed }: Source): Detection['fitted'] {
  return { images: observed.length, patients: new Set(patientsOf(bench.images).values()).size }
}

function warningsOf(fit: Source, clean: Source): string[] {
  const idsOf = ({ bench }: Source) => new Set(bench.images.flatMap(({ header }) => header.patientId ?? []))
  const both = [...idsOf(fit)].filter((id) => idsOf(clean).has(id)).length
  return both === 0
    ? []
    : [`${both} of the patients are among those that detectors were fitted to: results are too good.`]
}

interface ToDetect {
  readonly run: string
  readonly record: AttackRecord
  /** By the UIDs that the record has of them. */
  readonly sources: ReadonlyMap<string, StudyImage>
  readonly clean: Source
  readonly attacked: Source
  readonly detectors: Readonly<Record<DetectorName, Detector>>
}

/** One attacked frame with the clean one that it was made of. */
interface Pair {
  readonly attacked: Observed
  readonly clean: Observed
}

function runOf({ detectors, ...given }: ToDetect): DetectedRun {
  const { run, record, clean } = given
  const pairs = pairsOf(given)
  const changed = pairs.filter((pair) => pair.attacked.class !== pair.clean.class)
  const patients = patientsOf(clean.bench.images)
  const { method, settings } = record.attack
  return {
    run: basename(run),
    method,
    settings,
    images: pairs.length,
    changed: changed.length,
    detectors: detectorNames.map((detector) =>
      resultOf(detector, detectors[detector], { clean: clean.observed, pairs, changed, patients }),
    ),
  }
}

/** @throws RadversaryError usage for a run on other images */
function pairsOf({ run, record, sources, clean, attacked }: Omit<ToDetect, 'detectors'>): Pair[] {
  const sourceOf = new Map(
    record.images.map(({ sopInstanceUid, exported }) => [
      exported.series.sopInstanceUid,
      sources.get(sopInstanceUid)?.sopInstanceUid,
    ]),
  )
  const originals = new Map(clean.observed.map((one) => [keyOf(one), one]))
  const pairs = attacked.observed.flatMap((one): Pair[] => {
    const source = sourceOf.get(one.sopInstanceUid)
    if (source === undefined) return []
    const original = originals.get(keyOf({ sopInstanceUid: source, frame: one.frame }))
    return original === undefined ? [] : [{ attacked: one, clean: original }]
  })
  if (pairs.length > 0) return pairs
  throw new RadversaryError(
    'usage',
    `Detectors: expected a run on images of the study, got none of them in ${basename(run)}`,
    {
      tip: '--study names what was attacked, --runs what came of it.',
    },
  )
}

interface Scored {
  readonly clean: readonly Observed[]
  readonly pairs: readonly Pair[]
  readonly changed: readonly Pair[]
  readonly patients: Patients
}

function resultOf(name: DetectorName, detector: Detector, scored: Scored): DetectorResult {
  const { clean, pairs, changed, patients } = scored
  const passed = clean.map(detector)
  const areaOf = (some: readonly Pair[]) =>
    aucOf(
      [...passed, ...some.map(({ attacked }) => detector(attacked))],
      [...passed.map(() => false), ...some.map(() => true)],
      {
        clusters: [...clean, ...some.map((pair) => pair.clean)].map(({ sopInstanceUid }) =>
          valueFor(patients, sopInstanceUid),
        ),
      },
    )
  const found = pairs.map(({ attacked }) => detector(attacked))
  return {
    detector: name,
    auc: areaOf(pairs),
    aucOfChanged: changed.length === 0 ? null : areaOf(changed),
    foundAt5: detectedAt(passed, found, 0.05),
    roc: rocOf(passed, found),
  }
}

interface Named {
  readonly opened: { readonly sha256: string; readonly card: unknown }
  readonly fit: Source
  readonly clean: Source
  readonly runs: readonly DetectedRun[]
}

/** Everything that decides the results. */
function exportIdOf({ tensors }: DetectRequest, { opened, fit, clean, runs }: Named): string {
  const names = ({ observed }: Source) => observed.map(keyOf)
  const all = {
    version,
    tensors,
    model: [opened.sha256, opened.card],
    fit: names(fit),
    clean: names(clean),
    runs,
  }
  const hash = sha256(new TextEncoder().encode(JSON.stringify(all)))
  return `detection-${bytesToHex(hash).slice(0, 32)}`
}

function filesOf(detection: Detection): Map<string, string> {
  return new Map([
    ['detection.json', `${JSON.stringify(detection, null, 1)}\n`],
    ['detectors.csv', detectorsCsv(detection)],
    ...detection.runs.map((run, i): [string, string] => [`roc-${i + 1}.svg`, rocSvg(run)]),
  ])
}

function detectorsCsv({ runs }: Detection): string {
  const header = [
    'run',
    'method',
    'images',
    'changed',
    'detector',
    'auc',
    'auc_lower',
    'auc_upper',
    'auc_of_changed',
    'found_at_5_percent',
  ]
  const rows = runs.flatMap(({ run, method, images, changed, detectors }) =>
    detectors.map(({ detector, auc, aucOfChanged, foundAt5 }) => [
      ...[run, method, images, changed, detector, auc.value],
      ...[auc.interval?.lower ?? null, auc.interval?.upper ?? null, aucOfChanged?.value ?? null, foundAt5],
    ]),
  )
  return csv([header, ...rows])
}

/** Detections over false alarms of each detector, on white. */
function rocSvg({ detectors }: DetectedRun): string {
  const named = { nameLocation: 'middle', nameGap: 35, min: 0, max: 1, type: 'value' }
  const option = {
    backgroundColor: '#ffffff',
    color: ['#0072b2', '#d55e00', '#009e73', '#cc79a7'],
    legend: { top: 5 },
    grid: { left: 60, right: 25, top: 40, bottom: 55 },
    xAxis: { ...named, name: 'clean images taken for attacked' },
    yAxis: { ...named, name: 'attacked images found' },
    series: detectors.map(({ detector, roc }) => ({
      name: detector,
      type: 'line',
      symbol: 'none',
      data: roc,
    })),
  }
  return svgChart(option, { width: 480, height: 440 })
}

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { join } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import { madeAnew, readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { certifiedCurve, largestRadius } from '../../core/evaluate/certify.ts'
import { wilsonInterval } from '../../core/evaluate/statistics.ts'
import { fourDigits } from '../../core/number-texts.ts'
import { researchNotice } from '../export/record.ts'
import type { JobHooks } from '../progress.ts'
import { connectLanes, inLanes } from '../session/lanes.ts'
import { inputFailure, nothingLeft, type InputFailure } from '../study/failures.ts'
import { createImageLoader, type ImageLoader } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { version } from '../version.ts'
import { openWorkbench, type Workbench, type WorkbenchRequest } from '../workbench.ts'
import {
  certificationSchema,
  certifiedImage,
  type Certification,
  type CertifiedFrame,
  certificationName,
} from './certification.ts'
import { certifiedFrameOf, type Certifying } from './certify-frames.ts'
import { smoothedBy, type AskedNoise, type Smoothed } from './noise-of.ts'
import { svgChart } from '../../adapters/charts/svg-chart.ts'
import { csv } from '../../core/evaluate/csv.ts'

/** A certification of a study, as a user asks for it. */
export interface CertifyRequest extends WorkbenchRequest, AskedNoise {
  readonly study: readonly string[]
  readonly out: string
  readonly alpha: number
  /** Draws that choose the class, and draws that bound its probability. */
  readonly n0: number
  readonly n: number
  readonly seed: number
  readonly batch: number
}

export interface CertifyReport {
  readonly folder: string
  readonly certification: Certification
  /** Images that an earlier attempt had certified. */
  readonly resumed: number
}

interface CertifyRun extends Workbench {
  readonly request: CertifyRequest
  readonly smoothed: Smoothed
  readonly exportId: string
}

/**
 * Certifies every image of a study by randomised smoothing. Stopped at any moment, the same request goes on
 * with the image that was in work. @throws RadversaryError for whatever stops the whole job
 */
export async function certifyStudy(request: CertifyRequest, hooks: JobHooks = {}): Promise<CertifyReport> {
  const run = await prepareCertification(request, hooks)
  const folder = await openExportFolder({
    folder: request.out,
    exportId: run.exportId,
    sources: request.study,
  })
  const { frames, failures, resumed } = await certifiedImages(run, folder, hooks)
  if (frames.length === 0) throw nothingLeft(failures)
  const certification = certificationOf(run, frames, failures)
  for (const [name, text] of certificationFiles(certification)) await folder.write(name, bytesOf(text))
  await folder.finish()
  return { folder: folder.folder, certification, resumed }
}

async function prepareCertification(request: CertifyRequest, hooks: JobHooks): Promise<CertifyRun> {
  checkNumbers(request)
  const workbench = await openWorkbench(request, hooks)
  const run = { ...workbench, request, smoothed: smoothedBy(workbench.opened.card, request) }
  return { ...run, exportId: exportIdOf(run) }
}

function checkNumbers({ alpha, n0, n, sigma }: CertifyRequest): void {
  if (!(alpha > 0 && alpha < 0.5)) throw wrongNumber('an alpha between 0 and 0.5', alpha)
  if (sigma !== undefined && !(sigma > 0)) throw wrongNumber('a sigma above 0', sigma)
  if (n0 < 1 || n < 1) throw wrongNumber('one draw and more', Math.min(n0, n))
}

function wrongNumber(expected: string, got: number): RadversaryError {
  return new RadversaryError('usage', `Certification: expected ${expected}, got ${got}`)
}

/** Everything that decides the results. */
function exportIdOf({ request, smoothed, opened, images, labels, device }: Omit<CertifyRun, 'exportId'>) {
  const { alpha, n0, n, seed } = request
  const { card, noise } = smoothed
  const named = images.map((image) => [image.name, image.sopInstanceUid, labels?.given(image)])
  const all = { version, alpha, n0, n, seed, noise, device, model: [opened.sha256, card], images: named }
  return `certification-${bytesToHex(sha256(bytesOf(JSON.stringify(all)))).slice(0, 32)}`
}

async function certifiedImages(run: CertifyRun, folder: ExportFolder, hooks: JobHooks) {
  const { images, runtime, opened, smoothed, request, labels } = run
  const models = await connectLanes(opened, runtime, images.length)
  const loader = createImageLoader(run.study, opened.card, run)
  const failures: InputFailure[] = [...run.study.failures]
  const frames: CertifiedFrame[] = []
  let [done, resumed] = [0, 0]
  const common = { ...request, ...smoothed, sigma: smoothed.noise.sigma, labels }
  const items = [...images.entries()]
  const found = inLanes(
    { items, lanes: models, signal: hooks.signal },
    async ([index, image], model, signal) => {
      const kept = await finishedImage(folder, index)
      return kept ?? (await certified(image, { loader, folder, index, given: { ...common, model, signal } }))
    },
  )
  try {
    for await (const each of found) {
      frames.push(...each.frames)
      failures.push(...each.failures)
      resumed += each.resumed
      hooks.onProgress?.({ done: ++done, total: images.length, phase: 'certifying', note: '' })
    }
  } finally {
    await Promise.all(models.map((model) => model.dispose()))
  }
  return { frames, failures, resumed }
}

interface ImageOutcome {
  readonly frames: readonly CertifiedFrame[]
  readonly failures: readonly InputFailure[]
  readonly resumed: 0 | 1
}

const imagePath = (index: number) => `images/${fourDigits(index + 1)}.json`

async function finishedImage(folder: ExportFolder, index: number): Promise<ImageOutcome | undefined> {
  const kept = await folder.keep(imagePath(index))
  if (kept === undefined) return undefined
  const fault = folder.complete ? toRestore : madeAnew
  const { frames } = await readJson(join(folder.folder, kept.path), certifiedImage, fault)
  return { frames, failures: [], resumed: 1 }
}

interface ToCertify {
  readonly loader: ImageLoader
  readonly folder: ExportFolder
  readonly index: number
  readonly given: Certifying
}

async function certified(
  image: StudyImage,
  { loader, folder, index, given }: ToCertify,
): Promise<ImageOutcome> {
  const frames: CertifiedFrame[] = []
  try {
    const loaded = await loader.load(image)
    for (const frame of loaded.frames) frames.push(await certifiedFrameOf(frame, given))
  } catch (error) {
    return { frames: [], failures: [inputFailure(error, image)], resumed: 0 }
  }
  const kept = { schema: certificationSchema, frames }
  await folder.write(imagePath(index), bytesOf(`${JSON.stringify(kept, null, 1)}\n`))
  return { frames, failures: [], resumed: 0 }
}

function certificationOf(
  { request, smoothed, opened, labels, device, exportId }: CertifyRun,
  frames: readonly CertifiedFrame[],
  failures: readonly InputFailure[],
): Certification {
  const { alpha, n0, n, seed } = request
  const { sigma, at } = smoothed.noise
  const largest = largestRadius(n, { sigma, alpha })
  const abstained = frames.filter(({ radius }) => radius === null).length
  return {
    schema: certificationSchema,
    notice: researchNotice,
    exportId,
    software: { name: 'Radversary', version },
    model: { name: opened.card.name, sha256: opened.sha256, card: smoothed.card, device: device.name },
    smoothing: { sigma, at, alpha, n0, n, seed, largestRadius: largest },
    labels: labels === undefined ? 'none' : 'file',
    images: [...frames],
    abstained: wilsonInterval(abstained, frames.length),
    curve: certifiedCurve(frames, largest),
    failures: failures.map(({ file, code, message, tip }) => ({ file, code, message, ...(tip && { tip }) })),
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Files of a certification by name: every number, two tables and the curve. */
function certificationFiles(certification: Certification): Map<string, string> {
  return new Map([
    [certificationName, `${JSON.stringify(certification, null, 1)}\n`],
    ['images.csv', imagesCsv(certification)],
    ['curve.csv', curveCsv(certification)],
    ['curve.svg', curveSvg(certification)],
  ])
}

function imagesCsv({ images }: Certification): string {
  const header = ['file', 'frame', 'label', 'certified_class', 'right', 'seen', 'draws', 'lower', 'radius_l2']
  return csv([
    header,
    ...images.map((each) => [
      ...[each.file, each.frame, each.label, each.class, each.isRight, each.seen, each.draws],
      ...[each.lower, each.radius],
    ]),
  ])
}

function curveCsv({ curve }: Certification): string {
  return csv([
    ['radius_l2', 'certified', 'images', 'rate', 'wilson_lower', 'wilson_upper'],
    ...curve.map(({ radius, certified: { successes, count, rate, lower, upper } }) => [
      ...[radius, successes, count, rate, lower, upper],
    ]),
  ])
}

/** Certified accuracy over radii, with Wilson's interval, on white. */
function curveSvg({ curve, labels }: Certification): string {
  const bound = { type: 'line', symbol: 'none', silent: true, lineStyle: { opacity: 0 }, stack: 'band' }
  const at = (value: (each: Certification['curve'][number]) => number | null) =>
    curve.map((each) => [each.radius, value(each)])
  const named = { nameLocation: 'middle', nameGap: 40, min: 0, type: 'value' }
  const option = {
    backgroundColor: '#ffffff',
    color: ['#0072b2'],
    grid: { left: 70, right: 25, top: 20, bottom: 60 },
    xAxis: { ...named, name: 'radius, L2 in intensity ranges' },
    yAxis: { ...named, max: 1, name: labels === 'file' ? 'certified accuracy' : 'certified' },
    series: [
      { ...bound, data: at(({ certified }) => certified.lower) },
      {
        ...bound,
        data: at(({ certified }) => certified.upper - certified.lower),
        areaStyle: { color: '#0072b2', opacity: 0.18 },
      },
      { type: 'line', symbol: 'none', data: at(({ certified }) => certified.rate) },
    ],
  }
  return svgChart(option, { width: 640, height: 380 })
}

import { countOf } from '../../core/counts.ts'
import { entry } from '../../core/entry.ts'
import { fourDigits } from '../../core/number-texts.ts'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { z } from 'zod'
import type { ExportFolder } from '../../adapters/fs/export-folder.ts'
import { madeAnew, readJson } from '../../adapters/fs/json-file.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { distanceLinf, normL2 } from '../../core/math/kernels.ts'
import type { FittedFeatures, Learned, LearnedPerturbation } from '../../core/attacks/learned.ts'
import { RadversaryError } from '../../core/errors.ts'
import { npyFromTensor, readNpy, tensorFromNpy, writeNpy } from '../../core/tensor/npy.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { LearnedStore } from '../session/preparation.ts'

/** A perturbation that a group of images shares; docs/record.md explains every field. */
export const sharedReport = z.strictObject({
  file: z.string(),
  sha256: z.string(),
  /** [1, C, H, W] */
  shape: z.array(z.int().positive()),
  images: z.array(z.int().positive()),
  linf: z.number(),
  l2: z.number(),
  epochs: z.array(
    z.strictObject({ epoch: z.int().positive(), images: z.int(), loss: z.number(), fooled: z.int() }),
  ),
})

type SharedReport = z.output<typeof sharedReport>

/** What was fitted to clean images; docs/record.md explains every field. */
export const hidingReport = z.strictObject({
  tensors: z.array(z.strictObject({ name: z.string(), features: z.int().positive() })),
  classes: z.array(
    z.strictObject({
      class: z.string(),
      images: z.int().positive(),
      components: z.array(z.int().positive()),
    }),
  ),
})

type HidingReport = z.output<typeof hidingReport>

/**
 * What a run's method has learned, on disk as far as it is kept: perturbations are, fitted features are not.
 */
export interface LearnedOfRun extends LearnedStore {
  /** Reports of the perturbations that are kept, in the order of their groups. */
  readonly perturbations: readonly SharedReport[]
}

/** @param numberOf the image's number in the export */
export function learnedOfRun(folder: ExportFolder, numberOf: (image: StudyImage) => number): LearnedOfRun {
  const perturbations: SharedReport[] = []
  return {
    perturbations,
    find: async (index) => {
      const found = await kept(folder, index)
      if (found !== undefined) perturbations.push(found.report)
      return found?.learned
    },
    keep: async (index, learned, group) => {
      if (learned.kind !== 'perturbation') return
      perturbations.push(await written(learned, { folder, index, images: group.map(numberOf) }))
    },
  }
}

interface Found {
  readonly report: SharedReport
  readonly learned: Learned
}

/** The report is written last, so where it is, the perturbation is. */
async function kept(folder: ExportFolder, index: number): Promise<Found | undefined> {
  const entry = await folder.keep(pathOf(index, 'json'))
  if (entry === undefined || (await folder.keep(pathOf(index, 'npy'))) === undefined) return undefined
  const report = await readJson(join(folder.folder, entry.path), sharedReport, madeAnew)
  const path = join(folder.folder, pathOf(index, 'npy'))
  const bytes = await readBytes({ path })
  if (bytesToHex(sha256(bytes)) !== report.sha256) throw notAsLearned(path)
  const v = tensorFromNpy(readNpy(bytes, path), path)
  return { report, learned: { kind: 'perturbation', v, epochs: report.epochs } }
}

function notAsLearned(file: string): RadversaryError {
  const message = 'Shared perturbation: expected the one that was written, got another (its SHA-256 differs)'
  const tip = 'Remove the file and run the same command again: it is learned anew.'
  return new RadversaryError('io-failed', message, { file, tip })
}

async function written(
  { v, epochs }: LearnedPerturbation,
  {
    folder,
    index,
    images,
  }: { readonly folder: ExportFolder; readonly index: number; readonly images: number[] },
): Promise<SharedReport> {
  const bytes = writeNpy(npyFromTensor(v))
  const report = {
    file: pathOf(index, 'npy'),
    sha256: bytesToHex(sha256(bytes)),
    shape: [...v.shape],
    images,
    linf: distanceLinf(v.data, new Float32Array(v.data.length)),
    l2: normL2(v.data),
    epochs: [...epochs],
  }
  await folder.write(report.file, bytes)
  await folder.write(pathOf(index, 'json'), new TextEncoder().encode(`${JSON.stringify(report, null, 1)}\n`))
  return report
}

/** e.g. universal/0001.npy */
function pathOf(index: number, ending: 'npy' | 'json'): string {
  return `universal/${fourDigits(index + 1)}.${ending}`
}

/** @param tensors names of the inner tensors */
export function fittedReport(
  tensors: readonly string[],
  fitted: FittedFeatures,
  classes: readonly string[],
): HidingReport {
  return {
    tensors: tensors.map((name, l) => ({ name, features: entry(fitted.sizes, l) })),
    classes: [...fitted.classes]
      .sort(([a], [b]) => a - b)
      .map(([label, mixtures]) => ({
        class: classes[label] ?? String(label),
        images: countOf(fitted.counts, label),
        components: mixtures.map((mixture) => mixture.length),
      })),
  }
}

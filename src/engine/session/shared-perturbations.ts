import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { z } from 'zod'
import type { ExportFolder } from '../../adapters/fs/export-folder.ts'
import { madeAnew, readJson } from '../../adapters/fs/json-file.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import type { UniversalPlan } from '../../core/attacks/attack.ts'
import { distanceLinf, normL2 } from '../../core/attacks/kernels.ts'
import { RadversaryError } from '../../core/errors.ts'
import { npyFromTensor, readNpy, tensorFromNpy, writeNpy } from '../../core/tensor/npy.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { NumberedImage } from '../attack/attack-run.ts'
import type { LearnedPerturbation } from '../session/learn-shared.ts'
import { sharedMethods, type LearnGroup, type SharedMethods } from '../session/shared-groups.ts'

/** What is told of a perturbation that a group of images shares; docs/record.md explains every field. */
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

export type SharedReport = z.output<typeof sharedReport>

/** The perturbations of a run's groups. */
export interface SharedPerturbations extends SharedMethods {
  readonly reports: readonly SharedReport[]
}

interface Options {
  readonly images: readonly NumberedImage[]
  readonly over: UniversalPlan['over']
  readonly folder: ExportFolder
  readonly learn: (
    images: readonly StudyImage[],
    index: number,
    count: number,
  ) => Promise<LearnedPerturbation | undefined>
}

/**
 * Those that an earlier attempt has left, and the others, learned and written before any image is changed.
 */
export async function sharedPerturbations({
  images,
  over,
  folder,
  learn,
}: Options): Promise<SharedPerturbations> {
  const numbers = new Map(images.map(({ image, number }) => [image, number]))
  const reports: SharedReport[] = []
  const learnOrKeep: LearnGroup = async (group, index, count) => {
    const own = group.flatMap((image) => numbers.get(image) ?? [])
    const found =
      (await kept(folder, index)) ??
      (await written(await learn(group, index, count), { folder, index, images: own }))
    if (found !== undefined) reports.push(found.report)
    return found?.v
  }
  const methods = await sharedMethods([...numbers.keys()], over, learnOrKeep)
  return { reports, ...methods }
}

interface Found {
  readonly report: SharedReport
  readonly v: Tensor
}

/** The report is written last, so where it is, the perturbation is. */
async function kept(folder: ExportFolder, index: number): Promise<Found | undefined> {
  const entry = await folder.keep(pathOf(index, 'json'))
  if (entry === undefined || (await folder.keep(pathOf(index, 'npy'))) === undefined) return undefined
  const report = await readJson(join(folder.folder, entry.path), sharedReport, madeAnew)
  const path = join(folder.folder, pathOf(index, 'npy'))
  const bytes = await readBytes({ path })
  if (bytesToHex(sha256(bytes)) !== report.sha256) throw notAsLearned(path)
  return { report, v: tensorFromNpy(readNpy(bytes, path), path) }
}

function notAsLearned(file: string): RadversaryError {
  const message = 'Shared perturbation: expected the one that was written, got another (its SHA-256 differs)'
  const tip = 'Remove the file and run the same command again: it is learned anew.'
  return new RadversaryError('io-failed', message, { file, tip })
}

async function written(
  learned: LearnedPerturbation | undefined,
  {
    folder,
    index,
    images,
  }: { readonly folder: ExportFolder; readonly index: number; readonly images: number[] },
): Promise<Found | undefined> {
  if (learned === undefined) return undefined
  const { v, epochs } = learned
  const bytes = writeNpy(npyFromTensor(v))
  const report = {
    ...{ file: pathOf(index, 'npy'), sha256: bytesToHex(sha256(bytes)), shape: [...v.shape], images },
    ...{
      linf: distanceLinf(v.data, new Float32Array(v.data.length)),
      l2: normL2(v.data),
      epochs: [...epochs],
    },
  }
  await folder.write(report.file, bytes)
  await folder.write(pathOf(index, 'json'), new TextEncoder().encode(`${JSON.stringify(report, null, 1)}\n`))
  return { report, v }
}

/** e.g. universal/0001.npy */
function pathOf(index: number, ending: 'npy' | 'json'): string {
  return `universal/${String(index + 1).padStart(4, '0')}.${ending}`
}

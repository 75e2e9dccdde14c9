import type { ImageResult } from '../../../../engine/export/image-result.ts'
import type { RunRequest } from '../../../../engine/server/runs/run-request.ts'
import type { mediaFormats, pictureFormats } from '../../../../core/spec/presets.ts'

export type ExportKind = RunRequest['exports'][number]
export type PictureFormat = (typeof pictureFormats)[number]
/** What can be ticked: what the run has made, and the formats that its images can be written in. */
export type ExportPart = ExportKind | PictureFormat | (typeof mediaFormats)[number]

const folders: Readonly<Record<ExportPart, string>> = {
  series: 'adversarial',
  perturbation: 'perturbation',
  smoothed: 'smoothed',
  masksBefore: 'masks-before',
  masksAfter: 'masks-after',
  png: 'png',
  nifti: 'nifti',
  npy: 'npy',
  dicomdir: 'media',
  zip: 'media.zip',
}

/** Kinds that were asked for and that a run has: only segmentations have masks. */
export function madeKinds(
  asked: readonly ExportKind[],
  images: ReadonlyMap<number, Pick<ImageResult, 'exported'>>,
): ExportKind[] {
  const [first] = images.values()
  return asked.filter((kind) => first?.exported[kind] !== undefined)
}

const uncounted: ReadonlySet<ExportPart> = new Set(['png', 'nifti', 'npy', 'dicomdir', 'zip'])

/**
 * The folders of an export and how many files each gets: one for each image. Undefined of formats, whose
 * files hold a frame, a volume or a series, as it comes.
 */
export function exportPlan(
  kinds: readonly ExportPart[],
  images: number,
): { readonly folder: string; readonly files: number | undefined }[] {
  return kinds.map((kind) => ({
    folder: folders[kind],
    files: uncounted.has(kind) ? undefined : images,
  }))
}

/** A new folder for a run inside another one, in the style of the system's paths. */
export function folderName(parent: string, name: string): string {
  const separator = parent.includes('\\') && !parent.includes('/') ? '\\' : '/'
  const slug = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return `${parent.replace(/[\\/]+$/, '')}${separator}${slug === '' ? 'run' : slug}`
}

/** "14.2 MB", in powers of ten as file managers count. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  const power = Math.min(Math.floor(Math.log10(Math.max(1, bytes)) / 3), units.length - 1)
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? 'bytes'}`
}

import { RadversaryError } from '../../core/errors.ts'

/** What an attack can leave as DICOM. */
export const exportKinds = ['series', 'perturbation', 'smoothed'] as const

export type ExportKind = (typeof exportKinds)[number]

/** The folder of each kind inside an export. */
export const folderOf = {
  series: 'adversarial',
  perturbation: 'perturbation',
  smoothed: 'smoothed',
} as const satisfies Record<ExportKind, string>

/** "series,perturbation" as kinds, in their own order; the adversarial series is always among them. @throws RadversaryError usage. */
export function parseExportKinds(text: string): ExportKind[] {
  const given = new Set(text.split(',').map((part) => part.trim()))
  const unknown = [...given].filter((kind) => !(exportKinds as readonly string[]).includes(kind))
  if (unknown.length > 0)
    throw new RadversaryError('usage', `Export: expected some of ${exportKinds.join(', ')}, got ${unknown.join(', ')}`)
  return exportKinds.filter((kind) => kind === 'series' || given.has(kind))
}

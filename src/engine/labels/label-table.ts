import type { ModelCard } from '../../core/model/card.ts'
import type { ImageLabel, LabelRow } from '../../core/tasks/labels.ts'
import type { LabelRules } from '../../core/tasks/rules.ts'
import type { Task } from '../../core/tasks/outputs.ts'
import { labelRows } from './label-rows.ts'

/** How an image is looked up in a labels file. */
interface NamedImage {
  readonly fileName: string
  readonly sopInstanceUid: string
}

/** A labels file that was read. */
export interface LabelTable {
  /** Lines. */
  readonly count: number
  find(image: NamedImage): ImageLabel | undefined
}

/** Rules of tasks whose labels are lines of a CSV. */
export type TableRules = Extract<LabelRules<Task>, { readonly kind: 'table' }>

/**
 * Labels of a CSV with the columns `file` or `SOPInstanceUID`, and those of the task. Throws
 * `labels-invalid`, naming the file and the line.
 */
export function parseLabels(csv: string, file: string, rules: TableRules, card: ModelCard): LabelTable {
  const { columns, tip } = rules
  const rows = labelRows(csv, { file, what: 'labels', columns, tip }).map((values, index): LabelRow => ({
    values,
    file,
    line: index + 2,
  }))
  const byFile = labelsBy('file', rows, rules, card)
  const byUid = labelsBy('SOPInstanceUID', rows, rules, card)
  return {
    count: rows.length,
    find: ({ fileName, sopInstanceUid }) => byUid.get(sopInstanceUid) ?? byFile.get(fileName),
  }
}

function labelsBy(
  column: string,
  rows: readonly LabelRow[],
  rules: TableRules,
  card: ModelCard,
): Map<string, ImageLabel> {
  const lines = new Map<string, LabelRow[]>()
  for (const row of rows) {
    const name = row.values[column]
    if (name) lines.set(name, [...(lines.get(name) ?? []), row])
  }
  return new Map([...lines].map(([name, own]) => [name, rules.read(own, card)]))
}

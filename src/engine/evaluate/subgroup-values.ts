import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { groupOf, type SubgroupColumn, subgroupColumn } from '../../core/evaluate/subgroups.ts'
import type { EvaluationSpec } from '../../core/spec/comparison-spec.ts'
import type { RanComparison } from '../compare/compare-study.ts'
import { labelRows, namesAmong } from '../labels/label-rows.ts'
import { answerKeys } from './evaluated-rows.ts'

/** The group of each answer, by its key. */
export interface GroupsOfColumn {
  readonly column: SubgroupColumn
  readonly byKey: ReadonlyMap<string, string>
}

type Row = Readonly<Record<string, string>>

/** Columns by which images are parted, with the rows of the labels file that have them. */
export interface OpenedGroups {
  readonly columns: readonly SubgroupColumn[]
  readonly rows: readonly Row[]
}

/**
 * Reads the columns of the labels file, before anything is attacked. @throws RadversaryError usage without a
 * labels file; labels-invalid for a column that it has not
 */
export async function openGroups({
  subgroups = [],
  labels,
}: Pick<EvaluationSpec, 'subgroups' | 'labels'>): Promise<OpenedGroups> {
  const [first, ...others] = subgroups.map(subgroupColumn)
  if (first === undefined) return { columns: [], rows: [] }
  if (labels === undefined) throw withoutLabels()
  const columns = [first, ...others]
  const names = columns.map(({ column }) => column) as [string, ...string[]]
  const text = new TextDecoder().decode(await readBytes({ path: labels }))
  const rows = labelRows(text, { file: labels, what: 'labels', columns: names, tip })
  checkColumns(rows, names, labels)
  return { columns, rows }
}

/** Groups of the answers by columns of the labels file. */
export function groupsOf(
  { columns, rows }: OpenedGroups,
  { run, cells }: Pick<RanComparison, 'run' | 'cells'>,
): GroupsOfColumn[] {
  const rowOf = finder(rows, run.images)
  const keys = answerKeys(cells)
  return columns.map((column) => ({
    column,
    byKey: new Map([...keys].map(([key, uid]) => [key, groupOf(rowOf.get(uid)?.[column.column], column)])),
  }))
}

const tip = 'Name columns that the labels file has; its first line names them.'

function checkColumns([first = {}]: readonly Row[], names: readonly string[], file: string): void {
  const missing = names.find((name) => !(name in first))
  if (missing !== undefined)
    throw new RadversaryError(
      'labels-invalid',
      `labels: expected the column "${missing}", got ${Object.keys(first).join(', ')}`,
      { file, tip },
    )
}

/** Rows by SOP Instance UID, named by it or by their file. */
function finder(rows: readonly Row[], images: RanComparison['run']['images']): ReadonlyMap<string, Row> {
  const by = (key: string) => new Map(rows.flatMap((row) => (row[key] ? [[row[key], row]] : [])))
  const [byUid, byFile] = [by('SOPInstanceUID'), by('file')]
  const namesOf = namesAmong(images.map(({ name }) => name))
  const found = new Map<string, Row>()
  for (const { name, sopInstanceUid } of images) {
    const file = namesOf(name).find((each) => byFile.has(each))
    const row = byUid.get(sopInstanceUid) ?? (file === undefined ? undefined : byFile.get(file))
    if (row !== undefined) found.set(sopInstanceUid, row)
  }
  return found
}

function withoutLabels(): RadversaryError {
  return new RadversaryError('usage', 'Subgroups: expected a labels file that has their columns, got none', {
    tip: 'Give --labels a CSV with the columns.',
  })
}

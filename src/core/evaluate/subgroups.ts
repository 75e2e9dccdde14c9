import { RadversaryError } from '../errors.ts'
import {
  fooledOf,
  rightOf,
  type EvaluatedRow,
  type FooledByPatient,
  type RightByPatient,
} from './robustness.ts'

/** A column of the labels file, with edges of bands where it holds numbers, e.g. `age=40,65`. */
export interface SubgroupColumn {
  readonly column: string
  readonly edges: readonly number[]
}

/** Reads `sex` or `age=40,65`. @throws RadversaryError usage for edges that do not rise. */
export function subgroupColumn(text: string): SubgroupColumn {
  const [column = '', ...rest] = text.split('=')
  const edges = rest.length === 0 ? [] : rest.join('=').split(',').map(Number)
  const isRising = edges.every((edge, i) => Number.isFinite(edge) && edge > (edges[i - 1] ?? -Infinity))
  if (column !== '' && isRising) return { column, edges }
  throw new RadversaryError('usage', `Subgroups: expected COLUMN or COLUMN=EDGE,EDGE…, got ${text}`, {
    tip: 'For example: --subgroups sex age=40,65',
  })
}

/** What a value that is missing is called. */
export const notGiven = 'not given'

/** The group of a value: itself, or its band. */
export function groupOf(value: string | undefined, { edges }: Pick<SubgroupColumn, 'edges'>): string {
  if (value === undefined || value === '') return notGiven
  const [first] = edges
  if (first === undefined) return value
  const number = Number(value)
  if (!Number.isFinite(number)) return notGiven
  const above = edges.findLastIndex((edge) => number >= edge)
  if (above < 0) return `below ${first}`
  const [lower, upper] = [edges[above], edges[above + 1]]
  return upper === undefined ? `${lower ?? ''} and more` : `${lower ?? ''} to below ${upper}`
}

/** How one group of images fares. */
export interface Subgroup {
  readonly value: string
  readonly images: number
  readonly patients: number
  /** On clean images; null where the model's own predictions are the labels. */
  readonly clean: RightByPatient | null
  readonly worstCase: FooledByPatient
}

export interface SubgroupsOfColumn {
  readonly column: string
  readonly groups: readonly Subgroup[]
  /** The group with the fewest images. */
  readonly smallest: string | null
}

/**
 * Parts the images by a column. @param groups of each image by its key @param rows of the worst case, each
 * image once
 */
export function subgroupsOf(
  column: string,
  groups: ReadonlyMap<string, string>,
  { rows, hasLabels }: { readonly rows: readonly EvaluatedRow[]; readonly hasLabels: boolean },
): SubgroupsOfColumn {
  const values = [...new Set(rows.map(({ key }) => groups.get(key) ?? notGiven))].sort()
  const found = values.map((value) => {
    const own = rows.filter(({ key }) => (groups.get(key) ?? notGiven) === value)
    return {
      value,
      images: own.length,
      patients: new Set(own.map(({ patient }) => patient)).size,
      clean: hasLabels ? rightOf(own, 'before') : null,
      worstCase: fooledOf(own),
    }
  })
  const smallest = found.toSorted((a, b) => a.images - b.images)[0]?.value ?? null
  return { column, groups: found, smallest }
}

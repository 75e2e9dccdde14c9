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
  const texts = rest.length === 0 ? [] : rest.join('=').split(',')
  const edges = texts.map((each) => (each.trim() === '' ? NaN : Number(each)))
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
  if (value === undefined || value.trim() === '') return notGiven
  if (edges.length === 0) return value
  const number = Number(value)
  return Number.isFinite(number)
    ? bandName(
        edges,
        edges.findLastIndex((edge) => number >= edge),
      )
    : notGiven
}

/** The band above the edge with this index; of -1 the one below all edges. */
function bandName(edges: readonly number[], above: number): string {
  const [lower, upper] = [edges[above], edges[above + 1]]
  if (lower === undefined) return `below ${upper ?? ''}`
  return upper === undefined ? `${lower} and more` : `${lower} to below ${upper}`
}

/** Values in the order of their bands, else of the alphabet; what is missing comes last. */
function inOrder(values: readonly string[], { edges }: Pick<SubgroupColumn, 'edges'>): string[] {
  const bands = [-1, ...edges.keys()].map((above) => bandName(edges, above))
  const rank = (value: string) => (value === notGiven ? Infinity : bands.indexOf(value))
  return values.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
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
  column: SubgroupColumn,
  groups: ReadonlyMap<string, string>,
  { rows, hasLabels }: { readonly rows: readonly EvaluatedRow[]; readonly hasLabels: boolean },
): SubgroupsOfColumn {
  const values = inOrder([...new Set(rows.map(({ key }) => groups.get(key) ?? notGiven))], column)
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
  return { column: column.column, groups: found, smallest }
}

import { maskOf, type Mask } from './mask.ts'

/** A mask as JSON keeps it. */
export interface MaskRuns {
  readonly rows: number
  readonly columns: number
  readonly overlapping: boolean
  /** Runs of the values in their order, alternately a value and how often it comes. */
  readonly runs: readonly number[]
}

/** Run-length encoded. */
export function toRuns({ rows, columns, overlapping, values }: Mask): MaskRuns {
  const runs: number[] = []
  for (let start = 0; start < values.length;) {
    let end = start
    while (end < values.length && values[end] === values[start]) end++
    runs.push(values[start] ?? 0, end - start)
    start = end
  }
  return { rows, columns, overlapping, runs }
}

/** Throws `tensor-invalid` where the runs don't fill the grid. */
export function fromRuns({ rows, columns, overlapping, runs }: MaskRuns): Mask {
  const values = new Uint8Array(runs.reduce((sum, count, i) => (i % 2 === 1 ? sum + count : sum), 0))
  let at = 0
  for (let i = 0; i < runs.length; i += 2) values.fill(runs[i] ?? 0, at, (at += runs[i + 1] ?? 0))
  return maskOf({ rows, columns, overlapping, values })
}

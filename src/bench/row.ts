import { entry } from '../core/entry.ts'
import { percent } from '../core/number-texts.ts'
import type { Timing } from './interleave.ts'

/** One comparison of the benchmark, as data. */
export interface BenchRow {
  /** What was measured, e.g. 'gradient step, ResNet-50, batch 8'. */
  readonly name: string
  readonly unit: 'ms' | 's' | 'MB' | '%'
  readonly ours: number
  /** The other side; null when it is absent (the notes say why). */
  readonly theirs: number | null
  /** ours / theirs, of the medians; what the bar is for. */
  readonly ratio: number | null
  /**
   * The same of the fastest times, which say more on a machine that others use too; null where there was one
   * run.
   */
  readonly bestRatio: number | null
  /** The ratio (or, when `barIsAbsolute`, our own value) that we want to stay below or at. */
  readonly bar: number
  readonly barIsAbsolute?: boolean
  /** Share of the machine's matrix-product peak that we use, 0 to 1; null where that says nothing. */
  readonly peakShare: number | null
  readonly notes: readonly string[]
}

/** The times of a row in ms; theirs may be absent. */
export function comparison(
  name: string,
  ours: Timing,
  theirs: Timing | undefined,
): Pick<BenchRow, 'name' | 'unit' | 'ours' | 'theirs' | 'ratio' | 'bestRatio'> {
  return {
    name,
    unit: 'ms',
    ours: ours.medianMs,
    theirs: theirs?.medianMs ?? null,
    ratio: theirs === undefined ? null : ours.medianMs / theirs.medianMs,
    bestRatio: theirs === undefined ? null : ours.bestMs / theirs.bestMs,
  }
}

/** Whether the bar is reached; null when there was nothing to compare with. */
export function reached({ ours, ratio, bar, barIsAbsolute = false }: BenchRow): boolean | null {
  if (barIsAbsolute) return ours <= bar
  return ratio === null ? null : ratio <= bar
}

const headings = ['', 'ours', 'theirs', 'ratio', 'best', 'bar', 'reached', 'of peak', 'notes']

/** The rows as a table of text. */
export function formatRows(rows: readonly BenchRow[]): string {
  const cells = [headings, ...rows.map(formatRow)]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => align(cell, entry(widths, column), column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function align(cell: string, width: number, column: number): string {
  return column === 0 || column === headings.length - 1 ? cell.padEnd(width) : cell.padStart(width)
}

function formatRow(row: BenchRow): string[] {
  const value = (number: number | null) =>
    number === null ? '-' : `${number.toFixed(number < 100 ? 1 : 0)} ${row.unit}`
  return [
    row.name,
    value(row.ours),
    value(row.theirs),
    row.ratio === null ? '-' : row.ratio.toFixed(2),
    row.bestRatio === null ? '-' : row.bestRatio.toFixed(2),
    row.barIsAbsolute === true ? value(row.bar) : row.bar.toFixed(2),
    { true: 'yes', false: 'NO', null: '-' }[String(reached(row)) as 'true' | 'false' | 'null'],
    row.peakShare === null ? '-' : percent(row.peakShare, 0),
    row.notes.join('; '),
  ]
}

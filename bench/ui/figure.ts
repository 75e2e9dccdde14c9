import { median } from '../../src/bench/interleave.ts'

/** One thing measured in the interface, and what we want of it. */
export interface Figure {
  readonly name: string
  readonly unit: 'ms' | 'frames/s' | '%' | ''
  readonly value: number
  /** At most this; at least, where `isLeast`. Null for what is told without a bar. */
  readonly bar: number | null
  readonly isLeast?: boolean
  /** What the value was made of, round by round. */
  readonly rounds: readonly number[]
}

/** The median of several rounds. */
export function medianFigure(rounds: readonly number[], figure: Omit<Figure, 'value' | 'rounds'>): Figure {
  return { ...figure, value: median(rounds), rounds }
}

/** The greatest of several rounds: where one case is one too many. */
export function worstFigure(rounds: readonly number[], figure: Omit<Figure, 'value' | 'rounds'>): Figure {
  return { ...figure, value: Math.max(0, ...rounds), rounds }
}

/** Whether the bar is met; null where there is none. */
export function isMet({ value, bar, isLeast = false }: Figure): boolean | null {
  if (bar === null) return null
  return isLeast ? value >= bar : value <= bar
}

const headings = ['', 'measured', 'bar', 'met', 'rounds']

/** The figures as a table of text. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = [headings, ...figures.map(cellsOf)]
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const padded = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return column === 0 || column === headings.length - 1 ? cell.padEnd(width) : cell.padStart(width)
  }
  return rows.map((row) => row.map(padded).join('  ').trimEnd()).join('\n')
}

function cellsOf(figure: Figure): string[] {
  const { name, unit, value, bar, isLeast, rounds } = figure
  const wanted = bar === null ? '-' : `${isLeast === true ? '≥' : '≤'} ${bar} ${unit}`
  const met = { true: 'yes', false: 'NO', null: '-' }[String(isMet(figure)) as 'true' | 'false' | 'null']
  return [name, `${short(value)} ${unit}`.trim(), wanted, met, firstOf(rounds)]
}

const told = 8

function firstOf(rounds: readonly number[]): string {
  const more = rounds.length > told ? ` … (${rounds.length})` : ''
  return rounds.slice(0, told).map(short).join(' ') + more
}

function short(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 1 : 0)
}

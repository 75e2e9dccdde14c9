import type { Figure } from './figure.ts'

/** What every section works with. */
export interface UiBenchContext {
  /** For studies that are made; removed at the end. */
  readonly folder: string
  readonly rounds: number
}

/** A part of the benchmark; figures come as they are measured. */
export type UiBenchSection = (context: UiBenchContext) => AsyncIterable<Figure>

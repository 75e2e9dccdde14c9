/**
 * Which values become 0 (`lower`) and 1 (`upper`) in relative intensity: of the modality LUT's output (e.g.
 * HU), or of stored values as they are. The range's width is 1 in the units of the attack.
 */
export interface IntensityRange {
  readonly domain: 'modality' | 'stored'
  readonly lower: number
  readonly upper: number
  /** Unit of lower and upper, e.g. 'HU'. */
  readonly unit: string
}

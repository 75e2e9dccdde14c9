/** One sample's search for the weight c of its margin. */
export interface ConstantSearch {
  readonly constant: number
  /** c is too small at the one, large enough at the other. */
  readonly range: readonly [low: number, high: number]
  readonly succeeded: boolean
}

/** Carlini and Wagner (arXiv 1608.04644), section VI-A: halved when it succeeded, ten times as large while it never has. */
export function nextConstant({
  constant,
  range: [low, high],
  succeeded,
}: ConstantSearch): Pick<ConstantSearch, 'constant' | 'range'> {
  const range: ConstantSearch['range'] = succeeded
    ? [low, Math.min(high, constant)]
    : [Math.max(low, constant), high]
  return { range, constant: Number.isFinite(range[1]) ? (range[0] + range[1]) / 2 : 10 * constant }
}

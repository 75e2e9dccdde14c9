const steps: Readonly<Record<string, (at: number) => number>> = {
  ArrowLeft: (at) => at - 0.02,
  ArrowRight: (at) => at + 0.02,
  ArrowDown: (at) => at - 0.02,
  ArrowUp: (at) => at + 0.02,
  PageDown: (at) => at - 0.1,
  PageUp: (at) => at + 0.1,
  Home: () => 0,
  End: () => 1,
}

/** Where a key moves a divider at a fraction of its way, as sliders do; undefined for other keys. */
export function afterKey(at: number, key: string): number | undefined {
  const next = Object.hasOwn(steps, key) ? steps[key]?.(at) : undefined
  return next === undefined ? undefined : Math.min(1, Math.max(0, Number(next.toFixed(2))))
}

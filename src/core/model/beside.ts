import { concatenate, type Tensor } from '../tensor/tensor.ts'

/**
 * Values of a graph's inputs beside the image, by their names: [N, …] each, one for each sample of a batch.
 */
export type BesideImages = Readonly<Record<string, Tensor>>

/** What `change` makes of the values of each input; undefined where there are none. */
export function mapBeside(
  beside: BesideImages | undefined,
  change: (values: Tensor) => Tensor,
): BesideImages | undefined {
  if (beside === undefined) return undefined
  return Object.fromEntries(Object.entries(beside).map(([name, values]) => [name, change(values)]))
}

/** Those of several batches as those of one; undefined where there are none. */
export function joinedBeside(parts: readonly (BesideImages | undefined)[]): BesideImages | undefined {
  const given = parts.filter((part) => part !== undefined)
  const names = Object.keys(given[0] ?? {})
  if (names.length === 0) return undefined
  const ofInput = (name: string) => concatenate(given.flatMap((part) => part[name] ?? []))
  return Object.fromEntries(names.map((name) => [name, ofInput(name)]))
}

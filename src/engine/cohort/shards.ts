import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'

/** A study, as far as its share of the work goes. */
export interface WeighedStudy {
  readonly name: string
  readonly bytes: number
}

/**
 * Parts studies into shards of about the same bytes: the largest first, each to the shard that has least so
 * far (R. L. Graham, Bounds on multiprocessing timing anomalies, SIAM J. Appl. Math. 17:416, 1969: at most a
 * third longer than the best). Names within a shard are sorted.
 * @throws as `checkCount`
 */
export function shardsOf(studies: readonly WeighedStudy[], count: number): string[][] {
  checkCount(count, studies)
  const shards = Array.from({ length: count }, () => ({ bytes: 0, names: new Array<string>() }))
  for (const { name, bytes } of [...studies].sort(largestFirst)) {
    const least = entry(shards, lightest(shards))
    least.names.push(name)
    least.bytes += bytes
  }
  return shards.map(({ names }) => names.sort())
}

/** @throws RadversaryError usage for more shards than studies */
export function checkCount(count: number, { length }: readonly unknown[]): void {
  if (count > length)
    throw new RadversaryError('usage', `Shards: expected at most ${length}, one for each study, got ${count}`)
}

function largestFirst(a: WeighedStudy, b: WeighedStudy): number {
  return b.bytes - a.bytes || (a.name < b.name ? -1 : 1)
}

/** The smallest shard; among several alike the one with fewest studies: none stays empty. */
function lightest(shards: readonly { readonly bytes: number; readonly names: readonly string[] }[]): number {
  const order = [...shards.keys()].sort((i, j) => {
    const [a, b] = [entry(shards, i), entry(shards, j)]
    return a.bytes - b.bytes || a.names.length - b.names.length || i - j
  })
  return entry(order, 0)
}

/** What was measured on one machine, or is assumed of it. */
export interface CohortCosts {
  /** Seconds of an attack, export and reading back included. */
  readonly perImage: number
  /** Seconds of opening a study, beyond its images. */
  readonly perStudy: number
  /** Seconds until a shard has its first study open: a scheduler's start, the model, the hashes' check. */
  readonly perShard: number
  /** Seconds in which the merge, on one machine, verifies an image's files. */
  readonly mergePerImage: number
}

/** A cohort and who works on it. */
interface CohortSize {
  readonly images: number
  readonly studies: number
  readonly machines: number
}

/**
 * Seconds from the first shard's start to the merge's end, a shard on each machine, studies alike: the
 * longest shard has ⌈studies / machines⌉ of them, and the merge is one machine's (Amdahl's law).
 */
export function cohortSeconds(
  { perImage, perStudy, perShard, mergePerImage }: CohortCosts,
  { images, studies, machines }: CohortSize,
): number {
  const longest = Math.ceil(studies / machines)
  return perShard + longest * ((images / studies) * perImage + perStudy) + images * mergePerImage
}

/**
 * How many machines it takes until the merge takes as long as the attack: more of them gain less than half.
 */
export function machinesUntilMerge(
  { perImage, perStudy, mergePerImage }: CohortCosts,
  { images, studies }: Omit<CohortSize, 'machines'>,
): number {
  return (perImage + (perStudy * studies) / images) / mergePerImage
}

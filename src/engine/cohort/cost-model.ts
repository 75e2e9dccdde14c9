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
export interface CohortSize {
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

import { dirname, sep } from 'node:path'
import type { CohortPlan } from './plan.ts'

/** What a scheduler is asked for, for each shard, and how Radversary is started there. */
export interface JobNeeds {
  /** The plan's folder, absolute, the same on every machine. */
  readonly folder: string
  readonly shards: number
  readonly threads: number
  readonly memoryGib: number
  readonly gpus: number
  /** A shell command, where Radversary is installed on the machines. */
  readonly program: string
  /** A container image, where it is not. */
  readonly image: string | undefined
  /** Kubernetes' PersistentVolumeClaim that holds plan, model and studies. */
  readonly claim: string | undefined
  /** Folder that a container sees, in the same place as here. */
  readonly mount: string
  /** SHA-256 of plan.json. */
  readonly planSha256: string
}

/** The folder that holds all that a plan's shards read and write; `/` where nothing else does. */
export function commonFolder({ models, inputs, studies }: CohortPlan, folder: string): string {
  const own = [folder, ...models.flatMap(({ path, cardPath = path }) => [path, cardPath])]
  const paths = [...own, ...[...inputs, ...studies].map(({ path }) => path)]
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep))
  const shared = first.findIndex((part, index) => others.some((other) => other[index] !== part))
  return shared < 0 ? first.join(sep) : first.slice(0, shared).join(sep) || sep
}

/** How a plan asks for work on a machine: a GPU on any device but the CPU. */
export function presetGpus({ device }: Pick<CohortPlan, 'device'>): number {
  return device.name === 'cpu' ? 0 : 1
}

import type { ModelFacts } from '../model-facts.ts'
import { huggingFace } from './hugging-face.ts'
import { monai } from './monai.ts'
import { nnunet } from './nnunet.ts'
import type { SidecarReader, SidecarReading } from './sidecar.ts'
import { timm } from './timm.ts'
import { ultralytics } from './ultralytics.ts'

/** All families. Where two say the same field, the first does. */
const readers: readonly SidecarReader[] = [timm, huggingFace, monai, nnunet, ultralytics]

/** Names of all files beside a model that say something of its card. */
export const sidecarNames: readonly string[] = [...new Set(readers.flatMap(({ files }) => files))]

/** What the files beside a model, and metadata in its graph, say of its card; each field once. */
export function readSidecars(facts: ModelFacts): SidecarReading {
  const found = readers.flatMap(({ read }) => read(facts.sidecars ?? {}, facts) ?? [])
  const fields = found.flatMap((each) => each.fields)
  return {
    fields: fields.filter(({ field }, n) => fields.findIndex((other) => other.field === field) === n),
    notes: found.flatMap(({ notes }) => notes),
  }
}

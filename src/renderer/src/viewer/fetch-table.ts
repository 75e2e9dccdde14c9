import { api, queryClient } from '../api/client.ts'
import type { ModalityTable } from './modality-table.ts'

/**
 * The modality table of a study's frame, by the frame's path at the engine; undefined where it has a slope.
 */
export async function fetchTable(path: string): Promise<ModalityTable | undefined> {
  const [, study = '', image, frame] = /^\/frames\/([^/]+)\/(\d+)\/(\d+)/.exec(path) ?? []
  const address = { study: decodeURIComponent(study), image: Number(image), frame: Number(frame) }
  const { transform } = await queryClient.query(api.studies.image.queryOptions(address))
  if (transform.kind === 'linear') return undefined
  return { first: transform.firstStoredValue, entries: transform.table, unit: transform.unit }
}

import type { ModelCard } from '../../../../core/model/card.ts'
import { engine } from '../../api/client.ts'

/**
 * The file labels.csv in the study's folder, where there is one; of a segmentation the folder `masks`, of a
 * detection the file boxes.csv, in it or beside it.
 */
export async function findLabels(
  paths: readonly string[],
  task?: ModelCard['task'],
): Promise<string | undefined> {
  const [path] = paths
  if (path === undefined || paths.length > 1) return undefined
  const { parent, entries } = await listed(path)
  if (task !== 'segmentation' && task !== 'detection') return named('file', 'labels.csv', entries)
  const [kind, name] =
    task === 'segmentation' ? (['folder', 'masks'] as const) : (['file', 'boxes.csv'] as const)
  return (
    named(kind, name, entries) ??
    (parent === null ? undefined : named(kind, name, (await listed(parent)).entries))
  )
}

type Listed = Awaited<ReturnType<typeof engine.files.list.query>>

function listed(path: string): Promise<Pick<Listed, 'parent' | 'entries'>> {
  return engine.files.list.query({ path }).catch(() => ({ parent: null, entries: [] }))
}

function named(
  kind: Listed['entries'][number]['kind'],
  wanted: string,
  entries: Listed['entries'],
): string | undefined {
  return entries.find((entry) => entry.name.toLowerCase() === wanted && entry.kind === kind)?.path
}

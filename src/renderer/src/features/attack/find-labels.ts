import { useQuery } from '@tanstack/react-query'
import type { TaskForm } from '../../../../core/tasks/form.ts'
import { engine } from '../../api/client.ts'

/** What labels are called before a model is chosen. */
const commonLabels: TaskForm['labels'] = { kind: 'table', file: 'labels.csv' }

/** A study's labels: what the model's task calls them, in the study's folder or beside it. */
export async function findLabels(
  paths: readonly string[],
  labels: TaskForm['labels'] = commonLabels,
): Promise<string | undefined> {
  const [path] = paths
  if (path === undefined || paths.length > 1) return undefined
  const { parent, entries } = await listed(path)
  return (
    named(labels, entries) ?? (parent === null ? undefined : named(labels, (await listed(parent)).entries))
  )
}

/** The same for a component; null where there are none, undefined while it isn't known. */
export function useFoundLabels(
  paths: readonly string[],
  labels: TaskForm['labels'] | undefined,
): string | null | undefined {
  return useQuery({
    queryKey: ['labels', paths, labels?.file],
    queryFn: async () => (await findLabels(paths, labels)) ?? null,
  }).data
}

type Listed = Awaited<ReturnType<typeof engine.files.list.query>>

function listed(path: string): Promise<Pick<Listed, 'parent' | 'entries'>> {
  return engine.files.list.query({ path }).catch(() => ({ parent: null, entries: [] }))
}

function named({ kind, file }: TaskForm['labels'], entries: Listed['entries']): string | undefined {
  const wanted = kind === 'masks' ? 'folder' : 'file'
  return entries.find((entry) => entry.name.toLowerCase() === file && entry.kind === wanted)?.path
}

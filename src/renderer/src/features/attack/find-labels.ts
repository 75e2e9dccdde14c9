import { engine } from '../../api/client.ts'

/** The file labels.csv in the study's folder, where there is one. */
export async function findLabels(paths: readonly string[]): Promise<string | undefined> {
  const [path] = paths
  if (path === undefined || paths.length > 1) return undefined
  const { entries } = await engine.files.list.query({ path }).catch(() => ({ entries: [] }))
  return entries.find(({ name, kind }) => kind === 'file' && name.toLowerCase() === 'labels.csv')?.path
}

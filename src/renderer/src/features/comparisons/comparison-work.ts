import { create } from 'zustand'
import { api, engine, ownRequest, queryClient } from '../../api/client.ts'
import { notifyUser } from '../../api/notify.ts'

/** How far a comparison is that this page has in work. */
export interface ComparisonWork {
  readonly done: number
  readonly total: number
  readonly note: string
  readonly cancel: () => void
}

/** By the comparisons' ids. */
export const useComparisonWork = create<Readonly<Record<string, ComparisonWork | undefined>>>(() => ({}))

/**
 * Begins or goes on with a comparison, and follows it to its end; the user is notified of what goes wrong.
 */
export async function workOnComparison(comparison: string): Promise<void> {
  const abort = new AbortController()
  const cancel = (): void => {
    abort.abort()
  }
  const show = (work: Omit<ComparisonWork, 'cancel'>): void => {
    useComparisonWork.setState({ [comparison]: { ...work, cancel } })
  }
  show({ done: 0, total: 0, note: '' })
  try {
    const events = await engine.comparisons.work.mutate(
      { comparison },
      { signal: abort.signal, ...ownRequest },
    )
    for await (const event of events)
      if (event.type === 'progress' && event.phase === 'attacking') show(event)
  } catch (error) {
    notifyUser(error)
  }
  await refreshComparisons()
  useComparisonWork.setState({ [comparison]: undefined })
}

export function refreshComparisons(): Promise<void> {
  return queryClient.invalidateQueries(api.comparisons.list.queryFilter())
}

/** Removes a comparison; the user is notified of what goes wrong. */
export async function deleteComparison(comparison: string): Promise<void> {
  await engine.comparisons.delete.mutate({ comparison }).catch(notifyUser)
  await refreshComparisons()
}

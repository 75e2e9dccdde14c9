import { useQuery } from '@tanstack/react-query'
import type { KeptJobList } from '../../../../engine/server/jobs/kept-jobs.ts'
import { api, engine, queryClient } from '../../api/client.ts'
import { notifyUser } from '../../api/notify.ts'

/** What the engine works on whether a page is there or not. */
export type JobKind = 'comparisons' | 'evaluations'

const [pollMs, idleMs] = [1000, 5000] as const

/** Looked at again and again, oftener while any is in work: another page may begin one. */
function waitMs(list: KeptJobList<unknown> | undefined): number {
  return list?.jobs.some(({ progress }) => progress !== null) === true ? pollMs : idleMs
}

export function useComparisons() {
  return useQuery(
    api.comparisons.list.queryOptions(undefined, { refetchInterval: (query) => waitMs(query.state.data) }),
  )
}

export function useEvaluations() {
  return useQuery(
    api.evaluations.list.queryOptions(undefined, { refetchInterval: (query) => waitMs(query.state.data) }),
  )
}

function refreshJobs(kind: JobKind): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: api[kind].list.queryKey() })
}

/** Begins a job, or goes on with one; the user is notified where the device is taken. */
export function beginJob(kind: JobKind, id: string): Promise<void> {
  return changed(kind, engine[kind].begin.mutate({ id }))
}

export function cancelJob(kind: JobKind, id: string): Promise<void> {
  return changed(kind, engine[kind].cancel.mutate({ id }))
}

export function deleteJob(kind: JobKind, id: string): Promise<void> {
  return changed(kind, engine[kind].delete.mutate({ id }))
}

async function changed(kind: JobKind, call: Promise<unknown>): Promise<void> {
  await call.catch(notifyUser)
  await refreshJobs(kind)
}

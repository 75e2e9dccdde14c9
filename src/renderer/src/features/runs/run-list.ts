import { create } from 'zustand'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { isInWork } from './run-state.ts'

/** Which runs are listed. */
export const runFilters = ['all', 'done', 'work', 'stopped'] as const
export type RunFilter = (typeof runFilters)[number]

/** What comes first. */
export const runOrders = ['latest', 'oldest', 'name', 'fooled'] as const
export type RunOrder = (typeof runOrders)[number]

export interface RunListForm {
  /** Words that must all be found, in any order and case. */
  readonly search: string
  readonly filter: RunFilter
  readonly order: RunOrder
  /** Ids of runs that are ticked, listed or not. */
  readonly ticked: ReadonlySet<string>
}

/** Kept while another tab of the library is shown. */
export const useRunList = create<RunListForm>(() => ({
  search: '',
  filter: 'all',
  order: 'latest',
  ticked: new Set(),
}))

export const changeRunList: (change: Partial<RunListForm>) => void = useRunList.setState

export function tickRun(id: string, isTicked: boolean): void {
  const ticked = new Set(useRunList.getState().ticked)
  if (isTicked) ticked.add(id)
  else ticked.delete(id)
  changeRunList({ ticked })
}

/**
 * The runs that what is done with ticked ones is done with: nobody loses one that is not listed, or in work.
 */
export function tickedRuns(listed: readonly RunInfo[], ticked: RunListForm['ticked']): RunInfo[] {
  return listed.filter(({ id, state }) => ticked.has(id) && !isInWork(state))
}

/** The runs that a list shows, in its order; equal ones latest first. */
export function listedRuns(
  runs: readonly RunInfo[],
  { search, filter, order }: Omit<RunListForm, 'ticked'>,
): RunInfo[] {
  const words = search.toLowerCase().split(/\s+/)
  const found = runs.filter(
    (run) => isOfFilter(run, filter) && words.every((word) => textOf(run).includes(word)),
  )
  return found.toSorted((a, b) => comparisonOf(order)(a, b) || byAge(b, a))
}

function textOf({ request, title, state }: RunInfo): string {
  const { name, method, model, created } = request
  return [name, method, model, title, state, created].join(' ').toLowerCase()
}

function isOfFilter({ state }: RunInfo, filter: RunFilter): boolean {
  if (filter === 'all') return true
  if (filter === 'done') return state === 'done'
  return filter === 'work' ? isInWork(state) : state !== 'done' && !isInWork(state)
}

function comparisonOf(order: RunOrder): (a: RunInfo, b: RunInfo) => number {
  if (order === 'oldest') return byAge
  if (order === 'name') return (a, b) => a.request.name.localeCompare(b.request.name)
  return order === 'fooled' ? (a, b) => rateOf(b) - rateOf(a) : () => 0
}

function byAge(a: RunInfo, b: RunInfo): number {
  return a.request.created.localeCompare(b.request.created)
}

/** Below every rate where there is none. */
function rateOf({ summary }: RunInfo): number {
  return summary?.fooled.rate ?? -1
}

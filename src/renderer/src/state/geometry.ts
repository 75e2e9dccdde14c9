import { create } from 'zustand'
import type { VolumeGrid } from '../../../core/dicom/volume-grid.ts'
import type { SeriesGeometry } from '../../../engine/server/studies/series-geometry.ts'
import { engine } from '../api/client.ts'
import type { SeriesKey } from './panes.ts'

type Known = SeriesGeometry | 'asked' | { readonly error: unknown }

/** Where series that have been asked for lie, by study and series. */
export const useGeometry = create<{ readonly known: Readonly<Record<string, Known>> }>(() => ({ known: {} }))

const keyOf = ({ study, series }: SeriesKey) => `${study} ${series}`

/** Where a series lies; undefined until it was asked for and has come. */
export function geometryOf(key: SeriesKey | undefined): SeriesGeometry | undefined {
  const known = key && useGeometry.getState().known[keyOf(key)]
  return known !== undefined && known !== 'asked' && 'grid' in known ? known : undefined
}

/** The grid of a series that has one. */
export function gridOf(key: SeriesKey | undefined): VolumeGrid | undefined {
  const grid = geometryOf(key)?.grid
  return grid === undefined || 'refusal' in grid ? undefined : grid
}

/** As `geometryOf`, for rendering; with why it can't be known. */
export function useSeriesGeometry(key: SeriesKey | undefined): {
  readonly geometry: SeriesGeometry | undefined
  readonly error: unknown
} {
  const known = useGeometry((all) => (key === undefined ? undefined : all.known[keyOf(key)]))
  if (known === undefined || known === 'asked') return { geometry: undefined, error: undefined }
  return 'grid' in known ? { geometry: known, error: undefined } : { geometry: undefined, error: known.error }
}

const asked = new Map<string, Promise<void>>()

/** Asks where a series lies, once; resolves when it is known, or can't be. */
export function askGeometry(key: SeriesKey): Promise<void> {
  const name = keyOf(key)
  const before = asked.get(name)
  if (before !== undefined) return before
  keep(name, 'asked')
  const asking = engine.studies.geometry.query(key).then(
    (geometry) => {
      keep(name, geometry)
    },
    (error: unknown) => {
      asked.delete(name)
      keep(name, { error })
    },
  )
  asked.set(name, asking)
  return asking
}

function keep(name: string, known: Known): void {
  useGeometry.setState((before) => ({ known: { ...before.known, [name]: known } }))
}

/** Forgets where a study's series lie: files may come and go. */
export function forgetGeometry(study: string): void {
  const isOther = (name: string) => !name.startsWith(`${study} `)
  for (const name of asked.keys()) if (!isOther(name)) asked.delete(name)
  useGeometry.setState(({ known }) => ({
    known: Object.fromEntries(Object.entries(known).filter(([name]) => isOther(name))),
  }))
}

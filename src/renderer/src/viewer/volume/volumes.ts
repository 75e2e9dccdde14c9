import { create } from 'zustand'
import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import type { SeriesKey } from '../../state/panes.ts'
import type { FrameKind, FrameRef } from '../frame.ts'
import { frameOnce } from '../image-loader.ts'
import { type Volume, type VolumeBuilder, volumeBuilder } from './volume.ts'

/** Names the slices of a series, as they are or as a run has made them. */
export interface VolumeRef extends SeriesKey {
  readonly kind: Exclude<FrameKind, 'perturbation'>
  readonly run: string | undefined
}

/** How far a volume is. */
export interface VolumeState {
  /** Undefined until all slices that there are have come. */
  readonly volume: Volume | undefined
  /** Grows when slices have come that were not there before. */
  readonly version: number
  readonly loaded: number
  /** Slices that the volume holds; others are at its least value. */
  readonly slices: number
  /** Slices that there are, which a run may not have come to yet. */
  readonly wanted: number
  readonly error: unknown
}

export const nothingLoaded: VolumeState = {
  volume: undefined,
  version: 0,
  loaded: 0,
  slices: 0,
  wanted: 0,
  error: undefined,
}

export const useVolumes = create<Readonly<Record<string, VolumeState>>>(() => ({}))

interface Held {
  readonly builder: VolumeBuilder
  /** Viewports that show it. */
  uses: number
  isLoading: boolean
  frames: readonly (FrameRef | undefined)[]
}

const held = new Map<string, Held>()

export function volumeName({ study, series, kind, run = '' }: VolumeRef): string {
  return `${study}/${series}/${kind}/${run}`
}

/** Volumes that nobody looks at are kept up to this many bytes. */
const mostBytes = 768 * 1024 * 1024

/** A browser opens six connections to one server; some are left for what else the user waits for. */
const atOnce = 3

/**
 * Loads a volume, or what of it was not there before, while somebody uses it.
 * @param frames of each slice of the grid, undefined where there is none (yet)
 * @returns what ends the use
 */
export function retainVolume(ref: VolumeRef, grid: VolumeGrid, frames: Held['frames']): () => void {
  const name = volumeName(ref)
  const entry = held.get(name) ?? { builder: volumeBuilder(grid), uses: 0, isLoading: false, frames }
  held.delete(name)
  held.set(name, entry)
  entry.uses += 1
  entry.frames = frames
  void load(name, entry)
  dropUnused()
  return () => {
    entry.uses -= 1
  }
}

async function load(name: string, entry: Held): Promise<void> {
  if (entry.isLoading) return
  entry.isLoading = true
  const abort = new AbortController()
  try {
    while (entry.uses > 0 && missing(entry).length > 0) {
      const waiting = missing(entry)
      await Promise.all(Array.from({ length: atOnce }, () => take(name, entry, waiting, abort.signal)))
    }
    const known = useVolumes.getState()[name]
    const isNew = known?.volume === undefined || known.slices !== entry.builder.count
    if (entry.uses > 0 && isNew)
      report(name, entry, { volume: entry.builder.volume(), slices: entry.builder.count })
  } catch (error) {
    abort.abort()
    report(name, entry, { error })
  } finally {
    entry.isLoading = false
  }
}

interface Missing {
  readonly slice: number
  readonly ref: FrameRef
}

function missing({ builder, frames }: Held): Missing[] {
  return frames.flatMap((ref, slice) => (ref === undefined || builder.has(slice) ? [] : [{ slice, ref }]))
}

async function take(name: string, entry: Held, waiting: Missing[], signal: AbortSignal): Promise<void> {
  for (let next = waiting.shift(); next !== undefined && entry.uses > 0; next = waiting.shift()) {
    entry.builder.put(await frameOnce(next.ref, signal), next.slice)
    report(name, entry, {})
  }
}

/** Counts volumes of all names: one that is loaded anew is none that was there before. */
let versions = 0

function report(name: string, { builder, frames }: Held, change: Partial<VolumeState>): void {
  if (!held.has(name)) return
  const before = useVolumes.getState()[name] ?? nothingLoaded
  useVolumes.setState({
    [name]: {
      ...before,
      error: undefined,
      ...change,
      loaded: builder.count,
      wanted: frames.filter((ref) => ref !== undefined).length,
      version: change.volume === undefined ? before.version : ++versions,
    },
  })
}

function dropUnused(): void {
  const bytes = () => [...held.values()].reduce((sum, { builder }) => sum + builder.bytes, 0)
  for (const [name, { uses }] of held) if (uses === 0 && bytes() > mostBytes) drop(name)
}

function drop(name: string): void {
  held.delete(name)
  useVolumes.setState(({ [name]: _, ...others }) => others, true)
}

/** Lets the volumes of a study, or of a run, go. */
export function forgetVolumes(of: { readonly study: string } | { readonly run: string }): void {
  const isOf = (name: string) =>
    'study' in of ? name.startsWith(`${of.study}/`) : name.endsWith(`/${of.run}`)
  for (const name of held.keys()) if (isOf(name)) drop(name)
}

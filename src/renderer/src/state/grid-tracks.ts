import { create } from 'zustand'
import { type Layout, sidesOf } from './panes.ts'

/** Shares of the room that columns and rows of viewports have; each sums up to 1. */
export interface Tracks {
  readonly columns: readonly number[]
  readonly rows: readonly number[]
}

/** Those that the user has moved, by layout: each keeps its own. */
export const useTracks = create<{ readonly moved: Partial<Record<Layout, Tracks>> }>(() => ({ moved: {} }))

export function evenTracks(layout: Layout): Tracks {
  const { rows, columns } = sidesOf(layout)
  const even = (count: number) => Array.from({ length: count }, () => 1 / count)
  return { columns: even(columns), rows: even(rows) }
}

/** A track has at least this share of what it shares with its neighbour. */
const least = 0.1

/**
 * Moves the line after a track, so that the track and its neighbour part their room at a place from 0 to 1.
 */
export function movedLine(tracks: readonly number[], line: number, place: number): number[] {
  const start = tracks.slice(0, line).reduce((sum, share) => sum + share, 0)
  const both = (tracks[line] ?? NaN) + (tracks[line + 1] ?? NaN)
  const first = Math.max(least * both, Math.min((1 - least) * both, place - start))
  return tracks.map((share, i) => (i === line ? first : i === line + 1 ? both - first : share))
}

export function moveLine(layout: Layout, side: keyof Tracks, line: number, place: number): void {
  const { moved } = useTracks.getState()
  const tracks = moved[layout] ?? evenTracks(layout)
  useTracks.setState({
    moved: { ...moved, [layout]: { ...tracks, [side]: movedLine(tracks[side], line, place) } },
  })
}

/** All viewports of a layout as large as each other again. */
export function evenOut(layout: Layout): void {
  const { [layout]: _, ...others } = useTracks.getState().moved
  useTracks.setState({ moved: others })
}

import { wholeRange } from './frame.ts'
import type { Window } from './view.ts'

/** A window in modality units, and the key 1 to 9 that sets it. */
export interface WindowPreset {
  readonly key: string
  readonly name: string
  /** What gives the window: numbers, the file, or the frame's whole range. */
  readonly window: { readonly center: number; readonly width: number } | 'file' | 'full'
}

const fixed = (key: string, name: string, center: number, width: number): WindowPreset => ({
  key,
  name,
  window: { center, width },
})

const asInFile: WindowPreset = { key: '1', name: 'As in the file', window: 'file' }
const fullRange: WindowPreset = { key: '9', name: 'Full range', window: 'full' }

/** The windows that readers of CT know, in HU. */
const ct: readonly WindowPreset[] = [
  asInFile,
  fixed('2', 'Soft tissue', 40, 400),
  fixed('3', 'Lung', -600, 1500),
  fixed('4', 'Bone', 400, 1800),
  fixed('5', 'Brain', 40, 80),
  fixed('6', 'Stroke', 35, 40),
  fixed('7', 'Mediastinum', 50, 350),
  fixed('8', 'Liver', 60, 160),
  fullRange,
]

/** Presets of a modality (0008,0060). Only CT has units that windows can be named for. */
export function presetsOf(modality: string): readonly WindowPreset[] {
  return modality === 'CT' ? ct : [asInFile, fullRange]
}

/** A preset for one frame, in modality units; undefined for the frame's own window. */
export function windowOf(
  { window }: WindowPreset,
  frame: Parameters<typeof wholeRange>[0],
): Window | undefined {
  if (window === 'file') return undefined
  return window === 'full' ? wholeRange(frame) : window
}

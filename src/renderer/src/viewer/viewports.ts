import { create } from 'zustand'
import { createPrefetcher } from './image-loader.ts'
import { windowOf, type WindowPreset } from './presets.ts'
import { createLinkGroup, initialView, type View } from './view.ts'
import type { ViewportControl } from './viewport-control.ts'
import type { PlaneName } from './volume/planes.ts'

/** The viewports on the page, by their place in the grid, for commands of toolbar and keyboard. */
const controls = new Map<number, ViewportControl>()

export const linkGroup = createLinkGroup()
export const prefetcher = createPrefetcher()

/** Makes a viewport reachable; returns what takes it away. */
export function registerViewport(index: number, control: ViewportControl, plane: PlaneName): () => void {
  controls.set(index, control)
  const leave = linkGroup.join(control, plane)
  return () => {
    leave()
    if (controls.get(index) === control) controls.delete(index)
  }
}

/** What is at a place in the grid. */
export function viewportAt(index: number): ViewportControl | undefined {
  return controls.get(index)
}

/** Changes how a viewport, and those linked to it, show their images. */
export function updateView(index: number, change: (view: View) => View): void {
  const control = controls.get(index)
  if (control !== undefined) linkGroup.update(control, change)
}

/** Sets the window of a preset for what a viewport shows. */
export function applyPreset(index: number, preset: WindowPreset): void {
  const frame = controls.get(index)?.frame
  if (frame !== undefined) updateView(index, (view) => ({ ...view, window: windowOf(preset, frame) }))
}

export function clearMeasurementsIn(index: number): void {
  controls.get(index)?.clearMeasurements()
}

/** Links all viewports to the view of one, or lets them go. */
export function linkViewports(linked: boolean, index: number): void {
  linkGroup.linked = linked
  if (linked) updateView(index, (view) => view)
}

export const viewChanges = {
  reset: () => initialView,
  invert: (view) => ({ ...view, inverted: !view.inverted }),
  rotate: (view) => ({ ...view, rotation: (view.rotation + 90) % 360 }),
  flipHorizontally: (view) => ({ ...view, hflip: !view.hflip }),
  flipVertically: (view) => ({ ...view, vflip: !view.vflip }),
  zoomIn: (view) => ({ ...view, zoom: view.zoom * 1.25 }),
  zoomOut: (view) => ({ ...view, zoom: view.zoom / 1.25 }),
} as const satisfies Readonly<Record<string, (view: View) => View>>

/** The pixel under the pointer, shared by all viewports, so that each can show its own value there. */
export interface Cursor {
  readonly pixel: { readonly x: number; readonly y: number } | undefined
  /** Names where: viewports of other places say nothing. */
  readonly place: string
}

export const useCursor = create<Cursor>(() => ({ pixel: undefined, place: '' }))

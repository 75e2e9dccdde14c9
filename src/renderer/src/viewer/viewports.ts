import { create } from 'zustand'
import { createPrefetcher } from './image-loader.ts'
import { windowOf, type WindowPreset } from './presets.ts'
import { initialView, type View } from './view.ts'
import type { ViewportControl } from './viewport-control.ts'

/** Viewports that share their view while they are linked. */
export interface LinkGroup {
  /** Adds a viewport, which takes the group's view; returns what removes it. */
  join(control: ViewportControl): () => void
  /** A viewport's view was changed by the user. */
  changed(source: ViewportControl, view: View): void
  /** Changes the view of a viewport and, while linked, of all others. */
  update(source: ViewportControl, change: (view: View) => View): void
  linked: boolean
}

export function createLinkGroup(): LinkGroup {
  const members = new Set<ViewportControl>()
  let shared: View | undefined

  const group: LinkGroup = {
    linked: true,
    join: (control) => {
      members.add(control)
      if (group.linked && shared !== undefined) control.setView(shared)
      return () => members.delete(control)
    },
    changed: (source, view) => {
      if (!group.linked) return
      shared = view
      for (const member of members) if (member !== source) member.setView(view)
    },
    update: (source, change) => {
      const view = change(source.view)
      source.setView(view)
      group.changed(source, view)
    },
  }
  return group
}

/** The viewports on the page, by their place in the grid, for commands of toolbar and keyboard. */
const controls = new Map<number, ViewportControl>()

export const linkGroup = createLinkGroup()
export const prefetcher = createPrefetcher()

/** Makes a viewport reachable; returns what takes it away. */
export function registerViewport(index: number, control: ViewportControl): () => void {
  controls.set(index, control)
  const leave = linkGroup.join(control)
  return () => {
    leave()
    if (controls.get(index) === control) controls.delete(index)
  }
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
}

export const useCursor = create<Cursor>(() => ({ pixel: undefined }))

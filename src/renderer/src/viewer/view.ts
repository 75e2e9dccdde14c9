import type { Viewport } from 'cornerstone-core'
import type { PlaneName } from './volume/planes.ts'

/** A window in modality units. */
export interface Window {
  readonly center: number
  readonly width: number
}

/** How an image is shown, free of its size and its viewport's, so that linked viewports can share it. */
export interface View {
  /** 1 fits the whole image into the viewport. */
  readonly zoom: number
  /** Fractions of the image's width and height. */
  readonly pan: { readonly x: number; readonly y: number }
  /** Degrees, clockwise: 0, 90, 180 or 270. */
  readonly rotation: number
  readonly hflip: boolean
  readonly vflip: boolean
  /** Beside what MONOCHROME1 asks for. */
  readonly inverted: boolean
  /** Undefined: each image's own. */
  readonly window: Window | undefined
}

export const initialView: View = {
  zoom: 1,
  pan: { x: 0, y: 0 },
  rotation: 0,
  hflip: false,
  vflip: false,
  inverted: false,
  window: undefined,
}

/** What of an image and its viewport a view must know to be applied. */
export interface ViewContext {
  readonly rows: number
  readonly columns: number
  /** Scale at which the whole image fits. */
  readonly fit: number
  readonly window: Window
  /** MONOCHROME1. */
  readonly invert: boolean
}

type Shown = Omit<Viewport, 'pixelReplication'>

/** cornerstone's viewport for a view. */
export function toViewport(view: View, { rows, columns, fit, window, invert }: ViewContext): Shown {
  const { center, width } = view.window ?? window
  return {
    scale: view.zoom * fit,
    translation: { x: view.pan.x * columns, y: view.pan.y * rows },
    voi: { windowCenter: center, windowWidth: width },
    invert: view.inverted !== invert,
    rotation: view.rotation,
    hflip: view.hflip,
    vflip: view.vflip,
  }
}

/** The view that tools have made of a viewport; the same object when nothing changed. */
export function fromViewport(before: View, shown: Shown, context: ViewContext): View {
  const applied = toViewport(before, context)
  const { scale, translation, voi, rotation, hflip, vflip } = shown
  const sameVoi =
    near(voi.windowCenter, applied.voi.windowCenter) && near(voi.windowWidth, applied.voi.windowWidth)
  const inverted = shown.invert !== context.invert
  const samePlace =
    near(scale, applied.scale) &&
    near(translation.x, applied.translation.x) &&
    near(translation.y, applied.translation.y)
  const sameTurn = rotation === applied.rotation && hflip === applied.hflip && vflip === applied.vflip
  if (sameVoi && samePlace && sameTurn && inverted === before.inverted) return before
  return {
    zoom: scale / context.fit,
    rotation,
    hflip,
    vflip,
    inverted,
    pan: { x: translation.x / context.columns, y: translation.y / context.rows },
    window: sameVoi ? before.window : { center: voi.windowCenter, width: voi.windowWidth },
  }
}

/** Equal but for rounding. */
function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))
}

/**
 * Scale at which an image of these sides, turned, fits a canvas; pixels that are not square are stretched as
 * cornerstone does.
 */
export function fitScale(
  canvas: { readonly width: number; readonly height: number },
  image: {
    readonly rows: number
    readonly columns: number
    readonly rowSpacing: number
    readonly columnSpacing: number
  },
  rotation: number,
): number {
  const stretchX = image.rowSpacing < image.columnSpacing ? image.columnSpacing / image.rowSpacing : 1
  const stretchY = image.columnSpacing < image.rowSpacing ? image.rowSpacing / image.columnSpacing : 1
  const [width, height] = [image.columns * stretchX, image.rows * stretchY]
  const [w, h] = rotation % 180 === 0 ? [width, height] : [height, width]
  return Math.min(canvas.width / w, canvas.height / h)
}

/** What of a viewport the others share. */
export interface LinkedViewport {
  readonly view: View
  setView(view: View): void
}

/** Viewports that share their view while they are linked: of one plane all of it, of others the window. */
interface LinkGroup {
  /** Adds a viewport, which takes the group's view; returns what removes it. */
  join(control: LinkedViewport, plane: PlaneName): () => void
  /** A viewport's view was changed by the user. */
  changed(source: LinkedViewport, view: View): void
  /** Changes the view of a viewport and, while linked, of all others. */
  update(source: LinkedViewport, change: (view: View) => View): void
  linked: boolean
}

export function createLinkGroup(): LinkGroup {
  const members = new Map<LinkedViewport, PlaneName>()
  const shared = new Map<PlaneName, View>()
  let last: View | undefined

  const group: LinkGroup = {
    linked: true,
    join: (control, plane) => {
      members.set(control, plane)
      const view = shared.get(plane) ?? (last && withWindowOf(initialView, last))
      if (group.linked && view !== undefined) control.setView(view)
      return () => members.delete(control)
    },
    changed: (source, view) => {
      if (!group.linked) return
      last = view
      const plane = members.get(source) ?? 'acquired'
      for (const [other, known] of shared) shared.set(other, withWindowOf(known, view))
      shared.set(plane, view)
      for (const [member, its] of members)
        if (member !== source) member.setView(its === plane ? view : withWindowOf(member.view, view))
    },
    update: (source, change) => {
      const view = change(source.view)
      source.setView(view)
      group.changed(source, view)
    },
  }
  return group
}

function withWindowOf(view: View, { window, inverted }: View): View {
  return { ...view, window, inverted }
}

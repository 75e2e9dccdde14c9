import { initialView, type View } from './view.ts'
import type { ViewportControl } from './viewport-control.ts'
import type { PlaneName } from './volume/planes.ts'

/** What of a viewport the others share. */
export type LinkedViewport = Pick<ViewportControl, 'view' | 'setView'>

/** Viewports that share their view while they are linked: of one plane all of it, of others the window. */
export interface LinkGroup {
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

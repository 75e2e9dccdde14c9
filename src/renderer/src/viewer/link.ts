import type { View } from './view.ts'
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

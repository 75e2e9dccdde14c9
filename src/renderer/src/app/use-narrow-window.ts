import { useEffect } from 'react'
import { sideNames } from '../state/sides.ts'
import { changeSide, useUi } from '../state/ui-store.ts'

/** Windows that are narrower leave no room for images beside both panels: 1440 pixels at 200 % are 720. */
const narrow = '(max-width: 900px)'

/** Hides the panels beside the images when a window becomes narrow; they come back as it becomes wide. */
export function useNarrowWindow(): void {
  const isEmpty = useUi((ui) => ui.studies.length === 0)
  useEffect(() => {
    const query = window.matchMedia(narrow)
    let hidden: (typeof sideNames)[number][] = []
    const follow = (): void => {
      if (query.matches && !isEmpty) {
        hidden = sideNames.filter((name) => !useUi.getState().sides[name].isHidden)
        for (const name of hidden) changeSide(name, { isHidden: true })
      } else {
        for (const name of hidden) changeSide(name, { isHidden: false })
        hidden = []
      }
    }
    follow()
    query.addEventListener('change', follow)
    return () => {
      query.removeEventListener('change', follow)
    }
  }, [isEmpty])
}

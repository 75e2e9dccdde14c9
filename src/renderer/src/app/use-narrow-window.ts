import { useMediaQuery } from '@mantine/hooks'
import { useEffect } from 'react'
import { sideNames } from '../state/sides.ts'
import { changeSide, useUi } from '../state/ui-store.ts'

/** Windows that are narrower leave no room for images beside both panels: 1440 pixels at 200 % are 720. */
const narrow = '(max-width: 900px)'

/** Hides the panels beside the images while a window is narrow; those that it has hidden come back. */
export function useNarrowWindow(): void {
  const isEmpty = useUi((ui) => ui.studies.length === 0)
  const isNarrow = useMediaQuery(narrow, false, { getInitialValueInEffect: false })
  const hides = isNarrow && !isEmpty
  useEffect(() => {
    for (const name of sideNames) {
      const { isHidden, isByWidth } = useUi.getState().sides[name]
      if (hides && !isHidden) changeSide(name, { isHidden: true, isByWidth: true })
      if (!hides && isByWidth === true) changeSide(name, { isHidden: false, isByWidth: undefined })
    }
  }, [hides])
}

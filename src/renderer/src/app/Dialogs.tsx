import { AddModel } from '../features/model/AddModel.tsx'
import { Failures } from '../features/study/Failures.tsx'
import { OpenDialog } from '../features/study/OpenDialog.tsx'
import { TagBrowser } from '../features/study/TagBrowser.tsx'
import { seriesOf, useUi } from '../state/ui-store.ts'
import { slicesOf } from '../viewer/slices.ts'
import { About } from './About.tsx'
import { ShortcutList } from './ShortcutList.tsx'

/** The dialog that is open, if any. */
export function Dialogs() {
  const { dialog, studies, panes, activePane } = useUi()
  const pane = panes[activePane]
  const image = slicesOf(seriesOf(studies, pane?.series)?.images ?? [])[pane?.slice ?? 0]?.image
  switch (dialog) {
    case 'open':
      return <OpenDialog />
    case 'tags':
      return pane?.series === undefined || image === undefined ? null : <TagBrowser study={pane.series.study} image={image} />
    case 'failures':
      return <Failures />
    case 'shortcuts':
      return <ShortcutList />
    case 'add-model':
      return <AddModel />
    case 'about':
      return <About />
    default:
      return null
  }
}

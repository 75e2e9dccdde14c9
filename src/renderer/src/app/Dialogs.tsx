import { AddModel } from '../features/model/AddModel.tsx'
import { Failures } from '../features/study/Failures.tsx'
import { OpenDialog } from '../features/study/OpenDialog.tsx'
import { TagBrowser } from '../features/study/TagBrowser.tsx'
import { useRestedSlice } from '../state/use-active-slice.ts'
import { useUi } from '../state/ui-store.ts'
import { About } from './About.tsx'
import { ShortcutList } from './ShortcutList.tsx'

/** The dialog that is open, if any. */
export function Dialogs() {
  const dialog = useUi((ui) => ui.dialog)
  const active = useRestedSlice()
  switch (dialog) {
    case 'open':
      return <OpenDialog />
    case 'tags':
      return active === undefined ? null : <TagBrowser study={active.study} image={active.image} />
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

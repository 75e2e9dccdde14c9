import { chooseNatively, desktop } from '../../api/native.ts'
import { tell } from '../../api/notify.ts'
import { setUi } from '../../state/ui-store.ts'
import { openStudy } from './open-study.ts'

/** Lets the user pick a study, in the operating system's dialog where there is one. */
export function askForStudy(): void {
  const bridge = desktop()
  if (bridge === undefined) {
    setUi({ dialog: 'open' })
    return
  }
  chooseNatively(bridge, 'study-folders')
    .then((paths) => (paths === undefined ? undefined : openStudy(paths)))
    .catch(tell)
}

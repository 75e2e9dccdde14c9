import { hasNativeDialogs, pickNatively } from '../../api/native.ts'
import { tell } from '../../api/notify.ts'
import { setUi } from '../../state/ui-store.ts'
import { openStudy } from './open-study.ts'

/** Lets the user pick a study, in the operating system's dialog where there is one. */
export function askForStudy(): void {
  if (!hasNativeDialogs()) {
    setUi({ dialog: 'open' })
    return
  }
  pickNatively('study')
    .then((paths) => (paths === undefined ? undefined : openStudy(paths)))
    .catch(tell)
}

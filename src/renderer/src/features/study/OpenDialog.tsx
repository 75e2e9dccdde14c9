import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, engine } from '../../api/client.ts'
import { closeDialog } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { FileBrowser } from '../files/FileBrowser.tsx'
import { openStudy } from './open-study.ts'

/** Opens a folder, a file, a DICOMDIR or an archive; begins where the last one was. */
export function OpenDialog() {
  const settings = useQuery(api.settings.get.queryOptions(undefined, { staleTime: 0 }))
  const pick = (path: string, folder: string): void => {
    closeDialog()
    void openStudy([path])
    void engine.settings.set
      .mutate({ lastFolders: { ...settings.data?.lastFolders, open: folder } })
      .catch(() => undefined)
  }
  return (
    <Modal opened size="lg" title={texts.files.openTitle} onClose={closeDialog}>
      {!settings.isPending && (
        <FileBrowser pick="any" start={settings.data?.lastFolders['open']} onPick={pick} />
      )}
    </Modal>
  )
}

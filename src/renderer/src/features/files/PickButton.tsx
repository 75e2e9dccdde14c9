import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { chooseNatively, desktop } from '../../api/native.ts'
import { notifyUser } from '../../api/notify.ts'
import type { Purpose } from '../../../../shared/bridge.ts'
import { texts } from '../../texts.ts'
import { FileBrowser } from './FileBrowser.tsx'

interface PickButtonProps {
  readonly kind: Exclude<Purpose, 'study-folders' | 'study-files'>
  readonly title: string
  readonly start?: string | undefined
  readonly label?: string | undefined
  readonly onPick: (path: string) => void
}

interface Pickable {
  readonly pick: 'any' | 'folder' | 'file'
  /** Endings of the files that are shown; all files when left out. */
  readonly endings?: readonly string[]
}

const pickable: Readonly<Record<PickButtonProps['kind'], Pickable>> = {
  'export-folder': { pick: 'folder' },
  model: { pick: 'file', endings: ['.onnx', 'model.json'] },
  card: { pick: 'file', endings: ['.json'] },
  labels: { pick: 'file', endings: ['.csv'] },
  masks: { pick: 'any' },
}

/** Asks for a path: with the operating system's dialog, or with our own. */
export function PickButton({ kind, title, start, label = texts.files.browse, onPick }: PickButtonProps) {
  const [isOpen, setOpen] = useState(false)
  const ask = (): void => {
    const bridge = desktop()
    if (bridge === undefined) {
      setOpen(true)
      return
    }
    chooseNatively(bridge, kind, start)
      .then((paths) => {
        if (paths?.[0] !== undefined) onPick(paths[0])
      })
      .catch(notifyUser)
  }
  const close = (): void => {
    setOpen(false)
  }
  return (
    <>
      <Button variant="default" style={{ flex: 'none' }} onClick={ask}>
        {label}
      </Button>
      {isOpen && (
        <Modal
          opened
          size="lg"
          title={title}
          closeButtonProps={{ 'aria-label': texts.app.close }}
          onClose={close}
        >
          <FileBrowser
            {...pickable[kind]}
            start={start}
            onPick={(path) => {
              close()
              onPick(path)
            }}
          />
        </Modal>
      )}
    </>
  )
}

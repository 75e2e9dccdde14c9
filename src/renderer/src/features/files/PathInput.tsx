import { Button, Group, Modal, TextInput, type TextInputProps } from '@mantine/core'
import { type ComponentProps, useState } from 'react'
import type { TaskForm } from '../../../../core/tasks/form.ts'
import type { Purpose } from '../../../../shared/bridge.ts'
import { chooseNatively, desktop } from '../../api/native.ts'
import { notifyUser } from '../../api/notify.ts'
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
        <Modal opened size="lg" title={title} onClose={close}>
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

interface PathInputProps extends Pick<TextInputProps, 'label' | 'description' | 'size'> {
  readonly value: string
  /** What is picked, where browsing begins, and the button's own text. */
  readonly pick: Pick<ComponentProps<typeof PickButton>, 'kind' | 'title' | 'start' | 'label'>
  readonly onChange: (path: string) => void
}

/** A path that may be written or picked; empty where there is none. */
export function PathInput({ value, pick, onChange, ...field }: PathInputProps) {
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        {...field}
        flex={1}
        placeholder={texts.attack.labelsNone}
        value={value}
        spellCheck={false}
        onChange={(event) => {
          onChange(event.currentTarget.value)
        }}
      />
      <PickButton {...pick} onPick={onChange} />
    </Group>
  )
}

interface LabelsInputProps {
  /** Undefined while the model isn't known. */
  readonly labels: TaskForm['labels'] | undefined
  readonly value: string
  /** Where browsing begins. */
  readonly start: string | undefined
  readonly description?: string
  readonly onChange: (path: string) => void
}

/** Where labels are: a file, or masks. */
export function LabelsInput({ labels, start, ...field }: LabelsInputProps) {
  const areMasks = labels?.kind === 'masks'
  const title = areMasks ? texts.files.masksTitle : texts.files.labelsTitle
  return (
    <PathInput
      {...field}
      label={areMasks ? texts.attack.masks : texts.attack.labels}
      pick={{ kind: areMasks ? 'masks' : 'labels', title, start }}
    />
  )
}

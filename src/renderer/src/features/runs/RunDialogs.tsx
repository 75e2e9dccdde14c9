import { Button, Group, Modal, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../texts.ts'

interface RenameDialogProps {
  readonly name: string
  readonly onClose: () => void
  readonly onName: (name: string) => void
}

/** Asks for a run's new name. */
export function RenameDialog({ name, onClose, onName }: RenameDialogProps) {
  const [text, setText] = useState(name)
  const isName = text.trim() !== '' && text.length <= 200
  return (
    <Modal
      opened
      title={texts.runs.rename}
      closeButtonProps={{ 'aria-label': texts.app.close }}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isName) return
          onName(text.trim())
          onClose()
        }}
      >
        <TextInput
          data-autofocus
          label={texts.runs.name}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
          }}
        />
        <Group justify="flex-end" mt="sm">
          <Button type="submit" disabled={!isName}>
            {texts.runs.rename}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

interface DeleteDialogProps {
  readonly name: string
  readonly onClose: () => void
  readonly onDelete: () => void
}

/** Asks once more before a run is removed. */
export function DeleteDialog({ name, onClose, onDelete }: DeleteDialogProps) {
  return (
    <Modal
      opened
      title={texts.runs.delete}
      closeButtonProps={{ 'aria-label': texts.app.close }}
      onClose={onClose}
    >
      <Text size="sm">{texts.runs.deleteWarning(name)}</Text>
      <Group justify="flex-end" mt="sm">
        <Button variant="default" data-autofocus onClick={onClose}>
          {texts.runs.keep}
        </Button>
        <Button
          color="red"
          onClick={() => {
            onDelete()
            onClose()
          }}
        >
          {texts.runs.delete}
        </Button>
      </Group>
    </Modal>
  )
}

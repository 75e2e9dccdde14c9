import { Button, Group, Modal, Text } from '@mantine/core'
import { texts } from '../texts.ts'

interface DeleteDialogProps {
  /** What will be gone. */
  readonly warning: string
  readonly onClose: () => void
  readonly onDelete: () => void
}

/** Asks once more before something is removed. */
export function DeleteDialog({ warning, onClose, onDelete }: DeleteDialogProps) {
  return (
    <Modal opened title={texts.runs.delete} onClose={onClose}>
      <Text size="sm">{warning}</Text>
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

import { Kbd, Modal, Table } from '@mantine/core'
import { setUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { shortcuts } from './shortcuts.ts'

/** Every key and what it does. */
export function ShortcutList() {
  return (
    <Modal
      opened
      size="md"
      title={texts.app.shortcuts}
      closeButtonProps={{ 'aria-label': texts.app.close }}
      onClose={() => {
        setUi({ dialog: undefined })
      }}
    >
      <Table>
        <Table.Tbody>
          {shortcuts.map(({ keys, text }) => (
            <Table.Tr key={keys}>
              <Table.Td>{text}</Table.Td>
              <Table.Td ta="right">
                <Kbd>{keys}</Kbd>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}

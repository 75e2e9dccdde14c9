import { Modal, Stack, Table, Text } from '@mantine/core'
import { setUi, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import classes from './study.module.css'

/** Files that could not be read, each with its reason. */
export function Failures() {
  const studies = useUi((ui) => ui.studies)
  return (
    <Modal
      opened
      size="xl"
      title={texts.study.failuresTitle}
      closeButtonProps={{ 'aria-label': texts.app.close }}
      onClose={() => {
        setUi({ dialog: undefined })
      }}
    >
      <Stack gap="md">
        {studies
          .filter(({ failures }) => failures.length > 0)
          .map(({ id, title, failures }) => (
            <Table key={id} aria-label={title} data-testid="failures">
              <Table.Tbody>
                {failures.map(({ file, message, tip }) => (
                  <Table.Tr key={file}>
                    <Table.Td className={classes['value']} w="40%">
                      {file}
                    </Table.Td>
                    <Table.Td className={classes['value']}>
                      {message}
                      {tip !== null && (
                        <Text size="xs" c="dimmed">
                          {tip}
                        </Text>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          ))}
      </Stack>
    </Modal>
  )
}

import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { Modal, Stack, Table, Text } from '@mantine/core'
import { closeDialog, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import classes from './study.module.css'

/** Files that could not be read, and images that can't be exported, each with its reason. */
export function Failures() {
  const studies = useUi((ui) => ui.studies)
  return (
    <Modal opened size="xl" title={texts.study.failuresTitle} onClose={closeDialog}>
      <Stack gap="md">
        {studies.map(({ id, title, failures, notExportable }) => (
          <Stack key={id} gap="md">
            <Reasons title={title} files={failures} testId="failures" />
            {notExportable.length > 0 && <Text size="sm">{texts.study.notExportableTitle}</Text>}
            <Reasons title={title} files={notExportable} testId="not-exportable" />
          </Stack>
        ))}
      </Stack>
    </Modal>
  )
}

interface ReasonsProps {
  readonly title: string
  readonly files: StudyInfo['failures']
  readonly testId: string
}

function Reasons({ title, files, testId }: ReasonsProps) {
  if (files.length === 0) return null
  return (
    <Table aria-label={title} data-testid={testId}>
      <Table.Tbody>
        {files.map(({ file, message, tip }) => (
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
  )
}

import { Modal, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { setUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { Fault } from './Fault.tsx'

/** Version, places on disk, and the packages that Radversary is made of. */
export function About() {
  const about = useQuery(api.about.queryOptions())
  return (
    <Modal
      opened
      size="lg"
      title={texts.app.about}
      closeButtonProps={{ 'aria-label': texts.app.close }}
      onClose={() => {
        setUi({ dialog: undefined })
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{texts.app.research}.</Text>
        <Text size="sm">{texts.about.citation}</Text>
        {about.isError && <Fault error={about.error} />}
        {about.data !== undefined && (
          <>
            <Table variant="vertical">
              <Table.Tbody>
                <Row name={texts.about.version} value={about.data.version} />
                <Row name={texts.about.home} value={about.data.home} />
                <Row name={texts.about.logs} value={about.data.logFolder} />
              </Table.Tbody>
            </Table>
            <Text fw={600} size="sm">
              {texts.about.licences}
            </Text>
            <Table>
              <Table.Tbody>
                {about.data.licences.map(({ name, version, licence }) => (
                  <Table.Tr key={`${name}@${version}`}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td>{version}</Table.Td>
                    <Table.Td>{licence}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </>
        )}
      </Stack>
    </Modal>
  )
}

function Row({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <Table.Tr>
      <Table.Th w={200}>{name}</Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
    </Table.Tr>
  )
}

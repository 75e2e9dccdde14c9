import { Accordion, List, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { texts } from '../../texts.ts'

/** What has left the workspace, latest first: looked up when it is opened. */
export function Departures() {
  const log = useQuery(api.departures.queryOptions(undefined, { staleTime: 0 }))
  const departures = log.data?.departures ?? []
  return (
    <Accordion variant="contained">
      <Accordion.Item value="left">
        <Accordion.Control>
          <Text size="sm">{texts.export.left(departures.length)}</Text>
        </Accordion.Control>
        <Accordion.Panel>
          <Stack gap="xs" data-testid="departures">
            {(log.data?.damaged.length ?? 0) > 0 && (
              <Text size="xs" c="var(--mantine-color-error)">
                {texts.export.leftDamaged}
              </Text>
            )}
            <List size="xs">
              {departures.toReversed().map(({ when, to, files, manifest, identity }) => (
                <List.Item key={`${when} ${manifest}`} style={{ overflowWrap: 'anywhere' }}>
                  {texts.export.departure(new Date(when).toLocaleString(), identity.choice, files, to)}
                </List.Item>
              ))}
            </List>
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}

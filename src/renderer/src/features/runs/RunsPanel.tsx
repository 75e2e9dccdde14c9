import { Loader, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import { RunCard } from './RunCard.tsx'

/** Every run that was kept, latest first. */
export function RunsPanel() {
  const runs = useQuery(api.runs.list.queryOptions())
  return (
    <Stack gap="xs">
      {runs.isPending && <Loader size="sm" />}
      {runs.isError && (
        <Fault
          error={runs.error}
          onRetry={() => {
            void runs.refetch()
          }}
        />
      )}
      {runs.data?.runs.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.runs.none}
        </Text>
      )}
      {runs.data?.runs.map((run) => (
        <RunCard key={run.id} run={run} />
      ))}
      {runs.data?.broken.map(({ id, error }) => (
        <Fault key={id} error={new EngineFault(error)} />
      ))}
    </Stack>
  )
}

import { Loader, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import { RunCards } from './RunCards.tsx'
import { RunListTools } from './RunListTools.tsx'
import { listedRuns, useRunList } from './run-list.ts'

/** Every run that was kept: searched, sorted, opened and deleted. */
export function RunsPanel() {
  const runs = useQuery(api.runs.list.queryOptions())
  const all = runs.data?.runs ?? []
  const listed = listedRuns(all, useRunList())
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
      {runs.data !== undefined && all.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.runs.none}
        </Text>
      )}
      {all.length > 0 && <RunListTools runs={all} listed={listed} />}
      <RunCards runs={listed} />
      {runs.data?.broken.map(({ id, error }) => (
        <Fault key={id} error={new EngineFault(error)} />
      ))}
    </Stack>
  )
}

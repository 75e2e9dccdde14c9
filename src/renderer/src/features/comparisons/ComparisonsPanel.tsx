import { Button, Loader, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ComparisonList } from '../../../../engine/server/comparisons/comparison-service.ts'
import { api } from '../../api/client.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import { ComparisonCard } from './ComparisonCard.tsx'
import { ComparisonResult } from './ComparisonResult.tsx'
import { NewComparison } from './NewComparison.tsx'

/** One that another page has in work, or that was just cancelled, is looked at again until it is at rest. */
function waitMs(list: ComparisonList | undefined): number | false {
  return list?.comparisons.some(({ isInWork }) => isInWork) === true ? 1000 : false
}

/** Every comparison that was kept, latest first, and a new one. */
export function ComparisonsPanel() {
  const list = useQuery(
    api.comparisons.list.queryOptions(undefined, { refetchInterval: (query) => waitMs(query.state.data) }),
  )
  const [isCreating, setCreating] = useState(false)
  const [shown, setShown] = useState<string>()
  return (
    <Stack gap="xs">
      <Button
        variant="default"
        onClick={() => {
          setCreating(true)
        }}
      >
        {texts.comparisons.create}
      </Button>
      {list.isPending && <Loader size="sm" />}
      {list.isError && <Fault error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.comparisons.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.comparisons.none}
        </Text>
      )}
      {list.data?.comparisons.map((comparison) => (
        <ComparisonCard key={comparison.id} comparison={comparison} onShow={setShown} />
      ))}
      {list.data?.broken.map(({ id, error }) => (
        <Fault key={id} error={new EngineFault(error)} />
      ))}
      {isCreating && (
        <NewComparison
          onClose={() => {
            setCreating(false)
          }}
        />
      )}
      {shown !== undefined && (
        <ComparisonResult
          comparison={shown}
          onClose={() => {
            setShown(undefined)
          }}
        />
      )}
    </Stack>
  )
}

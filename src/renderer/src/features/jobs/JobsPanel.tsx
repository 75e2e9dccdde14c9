import { Button, Loader, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { KeptJob, KeptJobList } from '../../../../engine/server/jobs/kept-jobs.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'

interface JobsPanelProps<Request> {
  readonly list: {
    readonly data: KeptJobList<Request> | undefined
    readonly isPending: boolean
    readonly isError: boolean
    readonly error: unknown
    readonly refetch: () => Promise<unknown>
  }
  readonly texts: { readonly create: string; readonly none: string }
  readonly onCreate: () => void
  readonly card: (job: KeptJob<Request>) => ReactNode
  /** Dialogs. */
  readonly children: ReactNode
}

/** All kept jobs of one kind, latest first, and a button for a new one. */
export function JobsPanel<Request>({ list, texts, onCreate, card, children }: JobsPanelProps<Request>) {
  return (
    <Stack gap="xs">
      <Button variant="default" onClick={onCreate}>
        {texts.create}
      </Button>
      {list.isPending && <Loader size="sm" />}
      {list.isError && <Fault error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.jobs.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.none}
        </Text>
      )}
      {list.data?.jobs.map(card)}
      {list.data?.broken.map(({ id, error }) => (
        <Fault key={id} error={new EngineFault(error)} />
      ))}
      {children}
    </Stack>
  )
}

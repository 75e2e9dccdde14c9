import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { texts } from '../../texts.ts'
import { deleteRuns } from './open-run.ts'
import { DeleteDialog } from '../../ui/DeleteDialog.tsx'
import { changeRunList, runFilters, runOrders, tickedRuns, useRunList } from './run-list.ts'

interface RunListToolsProps {
  readonly runs: readonly RunInfo[]
  /** Those of them that are listed now. */
  readonly listed: readonly RunInfo[]
}

/** Search, filter and order of the runs, and what is done with those that are ticked. */
export function RunListTools({ runs, listed }: RunListToolsProps) {
  const { search, filter, order } = useRunList()
  return (
    <search>
      <TextInput
        type="search"
        aria-label={texts.runs.search}
        placeholder={texts.runs.search}
        value={search}
        onChange={(event) => {
          changeRunList({ search: event.currentTarget.value })
        }}
      />
      <Group gap={6} mt={6} grow>
        <NativeSelect
          size="xs"
          aria-label={texts.runs.filter}
          value={filter}
          data={runFilters.map((value) => ({ value, label: texts.runs.filters[value] }))}
          onChange={(event) => {
            changeRunList({ filter: runFilters.find((each) => each === event.target.value) ?? 'all' })
          }}
        />
        <NativeSelect
          size="xs"
          aria-label={texts.runs.order}
          value={order}
          data={runOrders.map((value) => ({ value, label: texts.runs.orders[value] }))}
          onChange={(event) => {
            changeRunList({ order: runOrders.find((each) => each === event.target.value) ?? 'latest' })
          }}
        />
      </Group>
      <Text size="xs" c="dimmed" mt={4} role="status">
        {texts.runs.listed(listed.length, runs.length)}
      </Text>
      <TickedRuns listed={listed} />
    </search>
  )
}

/** Ticks all that are listed, and deletes those of them that are ticked once its user has said so twice. */
function TickedRuns({ listed }: Pick<RunListToolsProps, 'listed'>) {
  const ticked = useRunList((list) => list.ticked)
  const [isAsking, setAsking] = useState(false)
  const chosen = tickedRuns(listed, ticked)
  if (chosen.length === 0) return null
  return (
    <Group gap={6} mt={4}>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => {
          changeRunList({ ticked: new Set(listed.map(({ id }) => id)) })
        }}
      >
        {texts.runs.tickAll}
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => {
          changeRunList({ ticked: new Set() })
        }}
      >
        {texts.runs.tickNone}
      </Button>
      <Button
        size="compact-xs"
        color="red"
        onClick={() => {
          setAsking(true)
        }}
      >
        {texts.runs.deleteTicked(chosen.length)}
      </Button>
      {isAsking && (
        <DeleteDialog
          warning={texts.runs.deleteWarningOf(chosen.length)}
          onClose={() => {
            setAsking(false)
          }}
          onDelete={() => {
            void deleteRuns(chosen.map(({ id }) => id))
            changeRunList({ ticked: new Set() })
          }}
        />
      )}
    </Group>
  )
}

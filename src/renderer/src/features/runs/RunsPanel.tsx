import { Badge, Checkbox, Group, Loader, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { useUi } from '../../state/ui-store.ts'
import { openRun } from './open-run.ts'
import { RunListTools } from './RunListTools.tsx'
import { RunMenu } from './RunMenu.tsx'
import { listedRuns, tickRun, useRunList } from './run-list.ts'
import { isInWork, stateColour } from './run-state.ts'
import classes from './runs.module.css'

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
      {listed.map((run) => (
        <RunCard key={run.id} run={run} />
      ))}
      {runs.data?.broken.map(({ id, error }) => (
        <Fault key={id} error={new EngineFault(error)} />
      ))}
    </Stack>
  )
}

function fooledText({ fooled, metBefore }: NonNullable<RunInfo['summary']>): string {
  return texts.runs.success(fooled.successes, fooled.count, metBefore)
}

/** One run: what it was, how it ended, and what can be done with it. */
function RunCard({ run }: { readonly run: RunInfo }) {
  const isShown = useUi((ui) => ui.run === run.id)
  const isTicked = useRunList(({ ticked }) => ticked.has(run.id))
  const { request, state, summary, title } = run
  return (
    <div className={classes['card']} data-shown={isShown || undefined} data-testid="run">
      <Checkbox
        size="xs"
        mt={2}
        aria-label={texts.runs.tick(request.name)}
        checked={isTicked}
        disabled={isInWork(state)}
        onChange={(event) => {
          tickRun(run.id, event.currentTarget.checked)
        }}
      />
      <button
        type="button"
        className={classes['open']}
        aria-pressed={isShown}
        onClick={() => {
          void openRun(run)
        }}
      >
        <Text size="sm" fw={600}>
          {request.name}
        </Text>
        <Text size="xs" c="dimmed">
          {title} · {request.model} · {new Date(request.created).toLocaleString()}
        </Text>
        <Group gap={6} mt={3}>
          <Badge size="xs" variant="light" color={stateColour(state)}>
            {texts.runs.states[state]}
          </Badge>
          {summary !== null && <Text size="xs">{fooledText(summary)}</Text>}
        </Group>
      </button>
      <RunMenu run={run} />
    </div>
  )
}

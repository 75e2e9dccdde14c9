import { Badge, Group, Text } from '@mantine/core'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { openRun } from './open-run.ts'
import { RunMenu } from './RunMenu.tsx'
import { stateColour } from './run-state.ts'
import classes from './runs.module.css'

/** One run: what it was, how it ended, and what can be done with it. */
export function RunCard({ run }: { readonly run: RunInfo }) {
  const isShown = useUi((ui) => ui.run === run.id)
  const { request, state, summary, title } = run
  return (
    <div className={classes['card']} data-shown={isShown || undefined} data-testid="run">
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
          {summary !== null && (
            <Text size="xs">{texts.runs.success(summary.success.successes, summary.success.count)}</Text>
          )}
        </Group>
      </button>
      <RunMenu run={run} />
    </div>
  )
}

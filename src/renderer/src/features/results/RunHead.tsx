import { Badge, Button, Group, Progress, Text } from '@mantine/core'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'
import { leaveRun } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { isAtWork, type LiveRun } from '../../state/live-run.ts'
import { cancelRun, resumeRun } from '../runs/open-run.ts'
import { canResume, stateColour } from '../runs/run-state.ts'
import type { ShownRun } from '../../state/shown-run.ts'

/** A run's name and state, what happened to it, and what can be done with it. */
export function RunHead({ run }: { readonly run: ShownRun }) {
  const { state, error, notices } = run.live
  const name = run.info?.request.name ?? ''
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={600}>{name}</Text>
        <StateBadge state={state} />
      </Group>
      <RunProgress name={name} live={run.live} />
      {error !== undefined && <Fault error={new EngineFault(error)} />}
      {state === 'lost' && <Text size="sm">{texts.runs.lost}</Text>}
      {notices.map((notice) => (
        <Text key={notice} size="xs" c="dimmed" mt={2}>
          {notice}
        </Text>
      ))}
      <RunButtons run={run} />
    </div>
  )
}

function StateBadge({ state }: Pick<LiveRun, 'state'>) {
  return (
    <Badge
      variant="light"
      color={stateColour(state === 'connecting' || state === 'lost' ? 'running' : state)}
      data-testid="run-state"
    >
      {texts.runs.states[state]}
    </Badge>
  )
}

function RunProgress({ name, live }: { readonly name: string; readonly live: LiveRun }) {
  const { progress } = live
  if (!isAtWork(live) || progress === undefined) return null
  return (
    <>
      <Progress value={(100 * progress.done) / Math.max(1, progress.total)} mt={6} aria-label={name} />
      <Text size="xs" c="dimmed" mt={2}>
        {progress.note}
      </Text>
    </>
  )
}

function RunButtons({ run: { id, info, live } }: { readonly run: ShownRun }) {
  return (
    <Group gap="xs" mt={6}>
      {isAtWork(live) && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            cancelRun(id)
          }}
        >
          {texts.app.cancel}
        </Button>
      )}
      {info !== undefined && !isAtWork(live) && canResume(info.state) && (
        <Button
          size="compact-xs"
          onClick={() => {
            void resumeRun(id)
          }}
        >
          {texts.runs.resume}
        </Button>
      )}
      <Button size="compact-xs" variant="default" onClick={leaveRun}>
        {texts.results.close}
      </Button>
    </Group>
  )
}

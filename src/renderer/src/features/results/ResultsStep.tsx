import { Badge, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useMemo } from 'react'
import type { FrameReport } from '../../../../engine/attack/image-result.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../app/Fault.tsx'
import { useRestedSlice, type ActiveSlice } from '../../state/use-active-slice.ts'
import { leaveRun } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { isAtWork } from '../runs/live-run.ts'
import { cancelRun, resumeRun } from '../runs/open-run.ts'
import { canResume, stateColour } from '../runs/run-state.ts'
import type { ShownRun } from '../runs/use-shown-run.ts'
import { Curves } from './Curves.tsx'
import { DetectionTable } from './DetectionTable.tsx'
import { FateTable } from './FateTable.tsx'
import { Metrics } from './Metrics.tsx'
import { resultRows } from './result-rows.ts'
import { SegmentTable } from './SegmentTable.tsx'
import { ResultTable } from './ResultTable.tsx'

/** What a run has done: metrics, curves and every slice; also while it runs. */
export function ResultsStep({ run }: { readonly run: ShownRun | undefined }) {
  const active = useRestedSlice()
  const rows = useMemo(() => (run === undefined ? [] : resultRows(run.live.images, run.study, run.names)), [run])
  if (run === undefined)
    return (
      <Text size="sm" c="dimmed">
        {texts.results.none}
      </Text>
    )
  const shown = active?.study === run.study.id ? reportOf(run, active) : undefined
  return (
    <Stack gap="md">
      <RunHead run={run} />
      <Metrics summary={run.info?.summary ?? undefined} rows={rows} />
      <SegmentTable segments={run.info?.summary?.segments} />
      <DetectionTable detections={run.info?.summary?.detections} classNames={run.names.classes} />
      <FateTable boxes={shown?.boxes} classNames={run.names.classes} />
      {active?.study === run.study.id && <Curves run={run} image={active.image} frame={active.frame} />}
      <ResultTable study={run.study.id} rows={rows} />
    </Stack>
  )
}

/** What a run has made of the picture in the active viewport. */
function reportOf({ live, pictures }: ShownRun, { image, frame }: Pick<ActiveSlice, 'image' | 'frame'>): FrameReport | undefined {
  return live.images.get(pictures.placeOf(image) ?? -1)?.frames[frame]
}

function RunHead({ run: { id, info, live } }: { readonly run: ShownRun }) {
  const { state, progress, error, notices } = live
  const name = info?.request.name ?? ''
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={600}>{name}</Text>
        <Badge
          variant="light"
          color={stateColour(state === 'connecting' || state === 'lost' ? 'running' : state)}
          data-testid="run-state"
        >
          {texts.runs.states[state]}
        </Badge>
      </Group>
      {isAtWork(live) && progress !== undefined && (
        <>
          <Progress value={(100 * progress.done) / Math.max(1, progress.total)} mt={6} aria-label={name} />
          <Text size="xs" c="dimmed" mt={2}>
            {progress.note}
          </Text>
        </>
      )}
      {error !== undefined && <Fault error={new EngineFault(error)} />}
      {state === 'lost' && <Text size="sm">{texts.runs.lost}</Text>}
      {notices.map((notice) => (
        <Text key={notice} size="xs" c="dimmed" mt={2}>
          {notice}
        </Text>
      ))}
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
    </div>
  )
}

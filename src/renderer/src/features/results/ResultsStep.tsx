import { Stack, Text } from '@mantine/core'
import { useMemo } from 'react'
import type { FrameReport } from '../../../../engine/export/image-result.ts'
import type { ShownRun } from '../../state/shown-run.ts'
import { type ActiveSlice, useRestedSlice } from '../../state/use-active-slice.ts'
import { texts } from '../../texts.ts'
import { AttackWarning } from '../../ui/AttackWarning.tsx'
import { Curves } from './Curves.tsx'
import { resultRows, type ResultRow } from './result-rows.ts'
import { ResultTable } from './ResultTable.tsx'
import { RunHead } from './RunHead.tsx'
import { DetectionTable, FateTable, SegmentTable } from './TaskTables.tsx'
import { headlineOf } from '../../../../core/evaluate/headline.ts'
import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { fooledMetric, metricTexts, type MetricText } from './metric-texts.ts'
import classes from './results.module.css'

/** What a run has done: metrics, curves and every slice; also while it runs. */
export function ResultsStep({ run }: { readonly run: ShownRun | undefined }) {
  const active = useRestedSlice()
  const rows = useMemo(
    () => (run === undefined ? [] : resultRows(run.live.images, run.study, run.names)),
    [run],
  )
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
      {run.info?.warnings.map(({ check, message, tip }) => (
        <AttackWarning key={check} message={message} tip={tip} />
      ))}
      <Metrics summary={run.info?.summary ?? undefined} rows={rows} />
      <SegmentTable segments={run.info?.summary?.segments} />
      <DetectionTable detections={run.info?.summary?.detections} classNames={run.names.classes} />
      <FateTable boxes={shown?.boxes} classNames={run.names.classes} />
      {active?.study === run.study.id && <Curves run={run} image={active.image} frame={active.frame} />}
      <ResultTable study={run.study.id} rows={rows} />
    </Stack>
  )
}

/** What a run has made of the image in the active viewport. */
function reportOf(
  { live, images }: ShownRun,
  { image, frame }: Pick<ActiveSlice, 'image' | 'frame'>,
): FrameReport | undefined {
  return live.images.get(images.placeOf(image) ?? -1)?.frames[frame]
}

interface MetricsProps {
  /** Summary of a run that is done. */
  readonly summary: AttackSummary | undefined
  readonly rows: readonly ResultRow[]
}

/** The numbers of a run; of one that is not done, how many slices were fooled so far. */
function Metrics({ summary, rows }: MetricsProps) {
  const metrics = summary === undefined ? [fooledMetric(headlineOf(rows))] : metricTexts(summary)
  return (
    <div className={classes['metrics']} data-testid="metrics">
      {metrics.map((metric) => (
        <Metric key={metric.name} {...metric} />
      ))}
    </div>
  )
}

function Metric({ name, value, note }: MetricText) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="md" fw={600}>
        {value}
      </Text>
      {note !== undefined && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </div>
  )
}

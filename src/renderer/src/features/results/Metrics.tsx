import { Text } from '@mantine/core'
import { headlineOf } from '../../../../core/evaluate/headline.ts'
import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { fooledMetric, metricTexts, type MetricText } from './metric-texts.ts'
import type { ResultRow } from './result-rows.ts'
import classes from './results.module.css'

interface MetricsProps {
  /** Summary of a run that is done. */
  readonly summary: AttackSummary | undefined
  readonly rows: readonly ResultRow[]
}

/** The numbers of a run; of one that is not done, how many slices were fooled so far. */
export function Metrics({ summary, rows }: MetricsProps) {
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

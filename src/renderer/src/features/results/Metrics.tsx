import { Text } from '@mantine/core'
import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { texts } from '../../texts.ts'
import { fooledSoFar, type ResultRow } from './result-rows.ts'
import classes from './results.module.css'

interface MetricsProps {
  /** Of a run that is done. */
  readonly summary: AttackSummary | undefined
  readonly rows: readonly ResultRow[]
}

/** The numbers of a run; of one that is not done, how many slices were fooled so far. */
export function Metrics({ summary, rows }: MetricsProps) {
  const { successes, count } = summary?.success ?? fooledSoFar(rows)
  return (
    <div className={classes['metrics']} data-testid="metrics">
      <Metric
        name={texts.results.fooled}
        value={count === 0 ? '—' : texts.results.fooledOf(successes, count)}
        note={summary && texts.results.interval(percent(summary.success.lower), percent(summary.success.upper))}
      />
      {summary !== undefined && (
        <>
          <Metric
            name={texts.results.confidence}
            value={`${percent(summary.meanConfidenceBefore)} → ${percent(summary.meanConfidenceAfter)}`}
          />
          <Metric name={texts.results.largest} value={percent(summary.window.largestLinf)} />
          <Metric name={texts.results.psnr} value={decimal(summary.window.meanPsnr, 1, ' dB')} />
          <Metric name={texts.results.ssim} value={decimal(summary.window.meanSsim, 4)} />
          <Metric name={texts.results.changed} value={percent(summary.stored.meanChangedFraction)} />
        </>
      )}
    </div>
  )
}

function Metric({ name, value, note }: { readonly name: string; readonly value: string; readonly note?: string | undefined }) {
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

function percent(fraction: number | null): string {
  return fraction === null ? '—' : `${(100 * fraction).toFixed(1)} %`
}

function decimal(value: number | null, digits: number, unit = ''): string {
  return value === null ? '—' : `${value.toFixed(digits)}${unit}`
}

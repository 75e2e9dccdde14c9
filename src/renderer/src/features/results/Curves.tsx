import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { traceOf, type TracePoint } from '../../state/live-run.ts'
import type { ShownRun } from '../../state/shown-run.ts'
import { texts } from '../../texts.ts'
import { Chart } from './Chart.tsx'
import { type CurveName, curveOf, hasValues, meanCurve, type NamedCurve } from './curves.ts'

/** What is drawn together, and how. */
const charts: readonly {
  readonly title: string
  readonly curves: readonly (readonly [CurveName, string, NamedCurve['dash']])[]
}[] = [
  {
    title: texts.results.chartLosses,
    curves: [
      ['deviation', '#ffa94d', 'solid'],
      ['stabilization', '#74c0fc', 'dashed'],
    ],
  },
  // Far from the label the others would be a flat line beside it.
  { title: texts.results.chartKlToLabel, curves: [['klToLabel', '#ffa94d', 'solid']] },
  {
    title: texts.results.chartKl,
    curves: [
      ['klToSmoothed', '#74c0fc', 'dashed'],
      ['klToPrevious', '#63e6be', 'dotted'],
    ],
  },
  { title: texts.results.chartVariance, curves: [['perturbationVariance', '#e599f7', 'solid']] },
]

interface CurvesProps {
  readonly run: ShownRun
  /** The active image: index of its image in the study, and its frame. */
  readonly image: number
  readonly frame: number
}

/** What the attack watched, iteration by iteration, also while it runs. */
export function Curves({ run: { live, placeAtWork, images }, image, frame }: CurvesProps) {
  const [which, setWhich] = useState<'slice' | 'all'>('slice')
  const own = traceOf(live, images.placeOf(image) ?? placeAtWork(image), frame)
  const all = which === 'all' ? allTraces(live) : []
  const isEmpty = which === 'slice' ? own.length === 0 : all.length === 0
  return (
    <section aria-label={texts.results.curves}>
      <SegmentedControl
        size="xs"
        fullWidth
        mb={6}
        aria-label={texts.results.curves}
        value={which}
        data={[
          { value: 'slice', label: texts.results.ofSlice },
          { value: 'all', label: texts.results.ofAll },
        ]}
        onChange={(value) => {
          setWhich(value === 'all' ? 'all' : 'slice')
        }}
      />
      {isEmpty ? (
        <Text size="xs" c="dimmed">
          {texts.results.noCurves}
        </Text>
      ) : (
        <Stack gap={4}>
          {charts.map(({ title, curves }) => {
            const drawn = curves.map(([name, colour, dash]): NamedCurve => {
              const curve = which === 'slice' ? curveOf(own, name) : meanCurve(all, name)
              return { name: texts.results.series[name], curve, colour, dash }
            })
            return <Chart key={title} title={title} curves={drawn.filter(({ curve }) => hasValues(curve))} />
          })}
        </Stack>
      )}
    </section>
  )
}

function allTraces(live: ShownRun['live']): (readonly TracePoint[])[] {
  const finished = [...live.images.values()].flatMap(({ frames }) => frames.map(({ trace }) => trace))
  return [...finished, ...live.traces.values()].filter((trace) => trace.length > 0)
}

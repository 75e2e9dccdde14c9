import { useCallback, useMemo } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { answerNames, noNames, useModel } from '../state/card-answers.ts'
import { PredictionStrip } from '../features/model/PredictionStrip.tsx'
import { predictionsKey, usePredictions } from '../state/predictions.ts'
import { stripRows } from '../features/model/strip-rows.ts'
import type { ShownRun } from '../state/shown-run.ts'
import { scrollTo, seriesOf, useUi } from '../state/ui-store.ts'

/** What the model says of each slice of the active series, before and after the attack. */
export function Strip({ run }: { readonly run: ShownRun | undefined }) {
  const { studies, activePane, model } = useUi(
    useShallow(({ studies, activePane, model }) => ({ studies, activePane, model })),
  )
  const pane = useUi(({ panes }) => panes[activePane])
  const series = seriesOf(studies, pane?.series)
  const study = pane?.series?.study ?? ''
  const own = run?.study.id === study ? run : undefined
  const predictions = usePredictions((all) =>
    model === undefined ? undefined : all[predictionsKey(study, model)],
  )
  const output = useModel(model)?.card.output
  const names = useMemo(
    () => own?.names ?? (output === undefined ? noNames : answerNames(output)),
    [own?.names, output],
  )
  const rows = useMemo(
    () =>
      series === undefined ? [] : stripRows(series.images, predictions?.byFrame, own?.live.images, names),
    [series, predictions, own?.live.images, names],
  )
  const show = useCallback(
    (slice: number) => {
      scrollTo(activePane, slice)
    },
    [activePane],
  )
  if (rows.length === 0 || pane === undefined) return null
  return <PredictionStrip rows={rows} names={names} current={pane.slice} onSlice={show} />
}

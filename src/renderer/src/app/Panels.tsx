import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { api } from '../api/client.ts'
import { AttackStep } from '../features/attack/AttackStep.tsx'
import { ComparisonsPanel } from '../features/comparisons/ComparisonsPanel.tsx'
import { EvaluationsPanel } from '../features/evaluations/EvaluationsPanel.tsx'
import { ExportStep } from '../features/export/ExportStep.tsx'
import { ModelStep } from '../features/model/ModelStep.tsx'
import { PredictionStrip } from '../features/model/PredictionStrip.tsx'
import { stripRows } from '../features/model/strip-rows.ts'
import { useFirstModel } from '../features/model/use-models.ts'
import { ResultsStep } from '../features/results/ResultsStep.tsx'
import { RunsPanel } from '../features/runs/RunsPanel.tsx'
import { StudyPanel } from '../features/study/StudyPanel.tsx'
import { answerNames, noNames, useModel } from '../state/card-answers.ts'
import { predictionsKey, usePredictions } from '../state/predictions.ts'
import type { ShownRun } from '../state/shown-run.ts'
import { scrollTo } from '../state/scrolling.ts'
import { leftTabs, seriesOf, setUi, steps, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import classes from './app.module.css'

/** Open studies, and every run, comparison and evaluation that was kept. */
export function Library() {
  const leftTab = useUi((ui) => ui.leftTab)
  const runs = useQuery(api.runs.list.queryOptions())
  const attacked = new Set(runs.data?.runs.filter(({ state }) => state === 'done').map(({ study }) => study))
  return (
    <Tabs
      className={classes['tabs']}
      value={leftTab}
      keepMounted={false}
      onChange={(value) => {
        setUi({ leftTab: leftTabs.find((tab) => tab === value) ?? 'studies' })
      }}
    >
      <Tabs.List grow>
        <Tabs.Tab value="studies">{texts.app.studies}</Tabs.Tab>
        <Tabs.Tab value="runs">{texts.app.runs}</Tabs.Tab>
        <Tabs.Tab value="comparisons">{texts.comparisons.tab}</Tabs.Tab>
        <Tabs.Tab value="evaluations">{texts.evaluations.tab}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="studies" className={classes['scroll']}>
        <StudyPanel attackedStudies={attacked} />
      </Tabs.Panel>
      <Tabs.Panel value="runs" className={classes['scroll']}>
        <RunsPanel />
      </Tabs.Panel>
      <Tabs.Panel value="comparisons" className={classes['scroll']}>
        <ComparisonsPanel />
      </Tabs.Panel>
      <Tabs.Panel value="evaluations" className={classes['scroll']}>
        <EvaluationsPanel />
      </Tabs.Panel>
    </Tabs>
  )
}

/** The four steps of the work; each can be used on its own. */
export function Work({ run }: { readonly run: ShownRun | undefined }) {
  useFirstModel()
  const step = useUi((ui) => ui.step)
  return (
    <Tabs
      className={classes['tabs']}
      value={step}
      keepMounted={false}
      onChange={(value) => {
        setUi({ step: steps.find((each) => each === value) ?? 'model' })
      }}
    >
      <Tabs.List grow>
        {steps.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {texts.steps[each]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="model" className={classes['scroll']}>
        <ModelStep />
      </Tabs.Panel>
      <Tabs.Panel value="attack" className={classes['scroll']}>
        <AttackStep />
      </Tabs.Panel>
      <Tabs.Panel value="results" className={classes['scroll']}>
        <ResultsStep run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="export" className={classes['scroll']}>
        <ExportStep run={run} />
      </Tabs.Panel>
    </Tabs>
  )
}

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

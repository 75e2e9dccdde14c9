import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { ComparisonsPanel } from '../features/comparisons/ComparisonsPanel.tsx'
import { RunsPanel } from '../features/runs/RunsPanel.tsx'
import { StudyPanel } from '../features/study/StudyPanel.tsx'
import { setUi, useUi, type LeftTab } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import classes from './app.module.css'

const tabs: readonly LeftTab[] = ['studies', 'runs', 'comparisons']

/** Open studies, and every run and comparison that was kept. */
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
        setUi({ leftTab: tabs.find((tab) => tab === value) ?? 'studies' })
      }}
    >
      <Tabs.List grow>
        <Tabs.Tab value="studies">{texts.app.studies}</Tabs.Tab>
        <Tabs.Tab value="runs">{texts.app.runs}</Tabs.Tab>
        <Tabs.Tab value="comparisons">{texts.comparisons.tab}</Tabs.Tab>
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
    </Tabs>
  )
}

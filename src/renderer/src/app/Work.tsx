import { Tabs } from '@mantine/core'
import { AttackStep } from '../features/attack/AttackStep.tsx'
import { ExportStep } from '../features/export/ExportStep.tsx'
import { ModelStep } from '../features/model/ModelStep.tsx'
import { useFirstModel } from '../features/model/use-models.ts'
import { ResultsStep } from '../features/results/ResultsStep.tsx'
import type { ShownRun } from '../state/shown-run.ts'
import { setUi, useUi, type Step } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import classes from './app.module.css'

const steps: readonly Step[] = ['model', 'attack', 'results', 'export']

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

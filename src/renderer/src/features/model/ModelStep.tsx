import { Button, Loader, Progress, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { Fault } from '../../app/Fault.tsx'
import { useRestedSlice } from '../../state/use-active-slice.ts'
import { setUi, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { EngineFault } from '../../api/fault.ts'
import { answerNames } from './answers.ts'
import { AreaTable } from './AreaTable.tsx'
import { BoxTable } from './BoxTable.tsx'
import { ModelCardTable } from './ModelCardTable.tsx'
import { ModelPreview } from './ModelPreview.tsx'
import { predictionsKey, predictStudy, usePredictions } from './predictions.ts'

/** Choose a model, see what it is and what it sees, and let it predict the study. */
export function ModelStep() {
  const models = useQuery(api.models.list.queryOptions())
  const chosen = useUi((ui) => ui.model)
  const active = useRestedSlice()
  const model = models.data?.models.find(({ name }) => name === chosen)
  return (
    <Stack gap="sm">
      {models.isPending && <Loader size="sm" />}
      {models.isError && (
        <Fault
          error={models.error}
          onRetry={() => {
            void models.refetch()
          }}
        />
      )}
      {models.data !== undefined && (
        <Select
          label={texts.model.choose}
          placeholder={texts.model.none}
          value={chosen ?? null}
          data={models.data.models.map(({ name, source }) => ({
            value: name,
            label: source === 'sample' ? `${name} (${texts.model.sample})` : name,
          }))}
          onChange={(name) => {
            setUi({ model: name ?? undefined })
          }}
        />
      )}
      <Button
        variant="default"
        onClick={() => {
          setUi({ dialog: 'add-model' })
        }}
      >
        {texts.model.add}
      </Button>
      {models.data?.broken.map(({ name, error }) => (
        <div key={name}>
          <Text size="sm">{texts.model.broken(name)}</Text>
          <Fault error={new EngineFault(error)} />
        </div>
      ))}
      {model !== undefined && (
        <>
          <ModelCardTable model={model} />
          {active !== undefined && (
            <>
              <ModelPreview model={model.name} study={active.study} image={active.image} frame={active.frame} />
              <PredictButton study={active.study} model={model.name} />
              <AreaTable {...active} model={model.name} classNames={answerNames(model.card.output).classes} />
              <BoxTable {...active} model={model.name} classNames={answerNames(model.card.output).classes} />
            </>
          )}
        </>
      )}
    </Stack>
  )
}

function PredictButton({ study, model }: { readonly study: string; readonly model: string }) {
  const progress = usePredictions((all) => all[predictionsKey(study, model)]?.progress)
  if (progress === undefined)
    return (
      <Button
        onClick={() => {
          void predictStudy(study, model)
        }}
      >
        {texts.model.predict}
      </Button>
    )
  const { done, total, cancel } = progress
  return (
    <div role="status">
      <Text size="sm">{texts.model.predicting(Math.floor(done), total)}</Text>
      <Progress
        value={total === 0 ? 0 : (100 * done) / total}
        my={6}
        aria-label={texts.model.predicting(Math.floor(done), total)}
      />
      <Button variant="default" onClick={cancel}>
        {texts.app.cancel}
      </Button>
    </div>
  )
}

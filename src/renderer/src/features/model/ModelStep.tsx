import { Button, Loader, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ModelInfo } from '../../../../engine/server/models/model-shelf.ts'
import { api } from '../../api/client.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'
import { useRestedSlice } from '../../state/use-active-slice.ts'
import { setUi, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { answerNames } from '../../state/card-answers.ts'
import { AreaTable } from './AreaTable.tsx'
import { BoxTable } from './BoxTable.tsx'
import { ModelCardTable } from './ModelCardTable.tsx'
import { ModelPreview } from './ModelPreview.tsx'
import { PredictButton } from './PredictButton.tsx'

/** Choose a model, see what it is and what it sees, and let it predict the study. */
export function ModelStep() {
  const models = useQuery(api.models.list.queryOptions())
  const chosen = useUi((ui) => ui.model)
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
      {models.data !== undefined && <ModelChoice models={models.data.models} chosen={chosen} />}
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
      {model !== undefined && <ChosenModel model={model} />}
    </Stack>
  )
}

interface ModelChoiceProps {
  readonly models: readonly ModelInfo[]
  readonly chosen: string | undefined
}

function ModelChoice({ models, chosen }: ModelChoiceProps) {
  return (
    <Select
      label={texts.model.choose}
      placeholder={texts.model.none}
      value={chosen ?? null}
      data={models.map(({ name, source }) => ({
        value: name,
        label: source === 'sample' ? `${name} (${texts.model.sample})` : name,
      }))}
      onChange={(name) => {
        setUi({ model: name ?? undefined })
      }}
    />
  )
}

/** What a model is, and what it sees and says of the active image. */
function ChosenModel({ model }: { readonly model: ModelInfo }) {
  const active = useRestedSlice()
  const { name } = model
  const { classes } = answerNames(model.card.output)
  return (
    <>
      <ModelCardTable model={model} />
      {active !== undefined && (
        <>
          <ModelPreview model={name} study={active.study} image={active.image} frame={active.frame} />
          <PredictButton study={active.study} model={name} />
          <AreaTable {...active} model={name} classNames={classes} />
          <BoxTable {...active} model={name} classNames={classes} />
        </>
      )}
    </>
  )
}

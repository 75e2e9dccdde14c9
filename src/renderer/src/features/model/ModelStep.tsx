import { Button, Group, Loader, Progress, Select, Stack, Text, Alert, Table } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ModelInfo } from '../../../../engine/server/models/model-registry.ts'
import { api } from '../../api/client.ts'
import { EngineFault } from '../../api/fault.ts'
import { Fault } from '../../ui/Fault.tsx'
import { useRestedSlice } from '../../state/use-active-slice.ts'
import { setUi, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { answerNames } from '../../state/card-answers.ts'
import { AreaTable, BoxTable } from './class-tables.tsx'
import { predictionsKey, predictStudy, usePredictions } from '../../state/predictions.ts'
import { useEffect, useRef } from 'react'
import { previewRgba } from './preview-rgba.ts'
import classes from './model.module.css'
import { defenceText } from '../../../../core/model/defence-steps.ts'
import { fitText, inputText, normalisationText, rangeText } from './card-text.ts'

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
      <Button
        variant="default"
        onClick={() => {
          setUi({ dialog: 'edit-card' })
        }}
      >
        {texts.card.edit}
      </Button>
      {active !== undefined && (
        <>
          <ModelPreview model={name} study={active.study} image={active.image} frame={active.frame} />
          <PredictButton study={active.study} model={name} />
          <PredictNotices study={active.study} model={name} />
          <AreaTable {...active} model={name} classNames={classes} />
          <BoxTable {...active} model={name} classNames={classes} />
        </>
      )}
    </>
  )
}

/** Lets a model predict a study, and shows how far it is. */
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

/** What a user should know of how the predicted images were taken. */
function PredictNotices({ study, model }: { readonly study: string; readonly model: string }) {
  const notices = usePredictions((all) => all[predictionsKey(study, model)]?.notices)
  return notices?.map(({ message, tip }) => (
    <Text key={message} size="xs" c="dimmed" mt={2}>
      {message} {tip}
    </Text>
  ))
}

interface ModelPreviewProps {
  readonly study: string
  readonly image: number
  readonly frame: number
  readonly model: string
}

/** The model's input for the active image: the same window, crop and size. */
function ModelPreview(props: ModelPreviewProps) {
  const preview = useQuery(
    api.models.preview.queryOptions(props, { placeholderData: keepPreviousData, gcTime: 10_000 }),
  )
  const canvas = useRef<HTMLCanvasElement>(null)
  const { data } = preview
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context && data !== undefined)
      context.putImageData(new ImageData(previewRgba(data), data.columns, data.rows), 0, 0)
  }, [data])
  return (
    <section aria-label={texts.model.preview}>
      <Text size="sm" fw={600}>
        {texts.model.preview}
      </Text>
      {preview.isError && <Fault error={preview.error} />}
      {data !== undefined && (
        <Group gap="sm" wrap="nowrap" align="flex-start" mt={6}>
          <canvas ref={canvas} className={classes['preview']} width={data.columns} height={data.rows} />
          <Text size="xs" c="dimmed">
            {texts.model.previewOf[data.ends](
              `${data.range.lower} to ${data.range.upper} ${data.range.unit}`,
            )}
            <br />
            {data.steps.join(' → ')}
          </Text>
        </Group>
      )}
    </section>
  )
}

/** What a model's card says, in words. */
function ModelCardTable({
  model: { card, form, notices, proposed, references, sha256 },
}: {
  readonly model: ModelInfo
}) {
  const { classes, unit } = answerNames(card.output)
  const rows: readonly (readonly [string, string | undefined])[] = [
    [texts.model.task, card.task],
    [texts.model.input, inputText(card.input)],
    [texts.model.intensity, rangeText(card)],
    [texts.model.normalisation, normalisationText(card)],
    [texts.model.fit, fitText(card)],
    [texts.model.defence, card.defence?.map(defenceText).join('; ')],
    [
      form.target.kind === 'value' ? texts.model.value : texts.model.classes,
      classes.join(', ') + (unit === '' ? '' : `, ${unit}`),
    ],
    [texts.model.source, card.provenance.source],
    [texts.model.licence, card.provenance.licence],
    [texts.model.runtime, notices.length === 0 ? undefined : notices.join(' ')],
    [texts.model.references, references?.sentence ?? texts.model.noReferences],
    [texts.model.hash, `${sha256.slice(0, 16)}…`],
  ]
  return (
    <>
      <Table variant="vertical" aria-label={texts.model.card}>
        <Table.Tbody>
          {rows
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w={84}>{name}</Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
      {proposed.length > 0 && (
        <Alert color="orange" variant="light" p="xs">
          <Text size="xs">{texts.model.proposed(proposed.join(', '))}</Text>
        </Alert>
      )}
    </>
  )
}

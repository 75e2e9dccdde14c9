import { Button, Checkbox, Group, MultiSelect, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ComponentProps } from 'react'
import { protocols } from '../../../../core/spec/protocols.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { api } from '../../api/client.ts'
import { useModel } from '../../state/card-answers.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import { useFoundLabels } from '../attack/find-labels.ts'
import { Advanced, RegionField, RunFields } from '../attack/form-fields.tsx'
import { GoalChoice } from '../attack/GoalFields.tsx'
import { StartProblems } from '../attack/StartButton.tsx'
import { choicesOf } from '../comparisons/comparison-form.ts'
import { LabelsInput } from '../files/PathInput.tsx'
import { NewJob } from '../jobs/NewJob.tsx'
import {
  budgetProblem,
  changeEvaluationForm,
  evaluationProblems,
  protocolNames,
  startEvaluation,
  useEvaluationForm,
} from './evaluation-form.ts'

/** Asks which models are to be evaluated on the study that is shown, and how. */
export function NewEvaluation({ onClose }: { readonly onClose: () => void }) {
  return (
    <NewJob
      title={texts.evaluations.title}
      onClose={onClose}
      form={(study) => <Form study={study} onStarted={onClose} />}
    />
  )
}

interface FormProps {
  readonly study: StudyInfo
  readonly onStarted: () => void
}

function Form({ study, onStarted }: FormProps) {
  const [error, setError] = useState<unknown>()
  const form = useEvaluationForm()
  const {
    offered,
    chosen: { models },
    labels: kind,
    isOfStacks,
    isQuantised,
    defended,
  } = useChoices()
  const known = useModel(models[0])
  const found = useFoundLabels(study.paths, kind)
  const labels = form.labels ?? found ?? ''
  const start = async () => {
    const choices = { models, labels, known, isOfStacks, isQuantised, defended }
    if (await startEvaluation(study, choices)) onStarted()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        start().catch(setError)
      }}
    >
      <Stack gap="sm">
        <Introduction study={study} />
        <ModelsField offered={offered.models} models={models} />
        <ProtocolFields />
        <GoalChoice
          model={models[0]}
          {...{ known, form, start: study.paths[0] }}
          onForm={changeEvaluationForm}
        />
        <LabelsField kind={kind} labels={labels} start={study.paths[0]} />
        <RegionField />
        <PicturesField />
        <Advanced>
          <RunFields {...{ form, isOfStacks, isQuantised, defended }} onForm={changeEvaluationForm} />
        </Advanced>
        {error !== undefined && <Fault error={error} />}
        <StartButton problems={evaluationProblems(models, form.epsilon)} />
      </Stack>
    </form>
  )
}

interface LabelsFieldProps {
  readonly kind: ComponentProps<typeof LabelsInput>['labels']
  readonly labels: string
  readonly start: string | undefined
}

function LabelsField({ kind, labels, start }: LabelsFieldProps) {
  return (
    <>
      <LabelsInput
        labels={kind}
        value={labels}
        start={start}
        onChange={(value) => {
          changeEvaluationForm({ labels: value })
        }}
      />
      {labels.trim() === '' ? (
        <Text size="xs" c="dimmed">
          {texts.evaluations.withoutLabels}
        </Text>
      ) : (
        <SubgroupsField />
      )}
    </>
  )
}

/** Columns of the labels file that the report parts images by. */
function SubgroupsField() {
  const { subgroups } = useEvaluationForm()
  return (
    <TextInput
      label={texts.evaluations.subgroups}
      description={texts.evaluations.subgroupsHelp}
      placeholder={texts.evaluations.noSubgroups}
      value={subgroups}
      spellCheck={false}
      onChange={(event) => {
        changeEvaluationForm({ subgroups: event.currentTarget.value })
      }}
    />
  )
}

function PicturesField() {
  const { pictures } = useEvaluationForm()
  return (
    <Checkbox
      label={texts.evaluations.pictures}
      checked={pictures}
      onChange={(event) => {
        changeEvaluationForm({ pictures: event.currentTarget.checked })
      }}
    />
  )
}

function Introduction({ study }: { readonly study: StudyInfo }) {
  const images = study.series.reduce((sum, series) => sum + series.images.length, 0)
  return (
    <>
      <Text size="sm">{texts.evaluations.explanation}</Text>
      <Text size="sm">{texts.comparisons.of(images, study.title)}</Text>
    </>
  )
}

interface ModelsFieldProps {
  readonly offered: readonly string[]
  readonly models: readonly string[]
}

function ModelsField({ offered, models }: ModelsFieldProps) {
  return (
    <MultiSelect
      data-autofocus
      label={texts.evaluations.models}
      data={[...offered]}
      value={[...models]}
      onChange={(value) => {
        changeEvaluationForm({ models: value })
      }}
    />
  )
}

/** Models as a comparison offers them; the protocol has the methods. */
function useChoices() {
  const { models: ticked } = useEvaluationForm()
  const shown = useUi((ui) => ui.model)
  const models = ticked ?? (shown === undefined ? [] : [shown])
  const known = useQuery(api.models.list.queryOptions())
  return choicesOf({ models, methods: [] }, { models: known.data?.models ?? [], methods: [] })
}

function ProtocolFields() {
  const { protocol, epsilon } = useEvaluationForm()
  return (
    <>
      <NativeSelect
        label={texts.evaluations.protocol}
        description={protocols[protocol].summary}
        data={protocolNames}
        value={protocol}
        onChange={({ currentTarget: { value } }) => {
          changeEvaluationForm({ protocol: protocolNames.find((name) => name === value) ?? protocol })
        }}
      />
      <TextInput
        label={texts.evaluations.budget}
        description={texts.evaluations.budgetHelp}
        placeholder={protocols[protocol].epsilon}
        value={epsilon}
        error={budgetProblem(epsilon)}
        spellCheck={false}
        onChange={(event) => {
          changeEvaluationForm({ epsilon: event.currentTarget.value })
        }}
      />
    </>
  )
}

function StartButton({ problems }: { readonly problems: readonly string[] }) {
  return (
    <>
      <StartProblems id="evaluation-problems" problems={problems} />
      <Group justify="flex-end">
        <Button
          type="submit"
          disabled={problems.length > 0}
          aria-describedby={problems.length > 0 ? 'evaluation-problems' : undefined}
        >
          {texts.evaluations.start}
        </Button>
      </Group>
    </>
  )
}

import { Button, Checkbox, Group, MultiSelect, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
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
import { methodOptions } from '../attack/method-options.ts'
import { LabelsInput } from '../files/PathInput.tsx'
import { NewJob } from '../jobs/NewJob.tsx'
import {
  budgetsProblem,
  changeComparisonForm,
  type Choices,
  choicesOf,
  comparisonProblems,
  startComparison,
  ticksAfter,
  useComparisonForm,
} from './comparison-form.ts'

/** Asks what is to be compared on the study that is shown. */
export function NewComparison({ onClose }: { readonly onClose: () => void }) {
  return (
    <NewJob
      title={texts.comparisons.title}
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
  const choices = useChoices()
  const { chosen, isOfStacks, isQuantised, defended } = choices
  const form = useComparisonForm()
  const known = useModel(chosen.models[0])
  const found = useFoundLabels(study.paths, choices.labels)
  const labels = form.labels ?? found ?? ''
  const images = study.series.reduce((sum, series) => sum + series.images.length, 0)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        startComparison(study, { ...chosen, labels, known, isOfStacks, isQuantised, defended }).then(
          (isStarted) => {
            if (isStarted) onStarted()
          },
          setError,
        )
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{texts.comparisons.of(images, study.title)}</Text>
        <ChoiceFields choices={choices} />
        <Budgets />
        <GoalChoice
          model={chosen.models[0]}
          {...{ known, form, start: study.paths[0] }}
          onForm={changeComparisonForm}
        />
        <LabelsInput labels={choices.labels} value={labels} start={study.paths[0]} onChange={setLabels} />
        <RegionField />
        <Advanced>
          <MethodSettings />
          <RunFields
            form={form}
            isOfStacks={isOfStacks}
            isQuantised={isQuantised}
            defended={defended}
            onForm={changeComparisonForm}
          />
        </Advanced>
        {error !== undefined && <Fault error={error} />}
        <StartButton {...chosen} />
      </Stack>
    </form>
  )
}

function StartButton(chosen: Choices['chosen']) {
  const problems = comparisonProblems(chosen, useComparisonForm())
  return (
    <>
      <StartProblems id="comparison-problems" problems={problems} />
      <Group justify="flex-end">
        <Button
          type="submit"
          disabled={problems.length > 0}
          aria-describedby={problems.length > 0 ? 'comparison-problems' : undefined}
        >
          {texts.comparisons.start}
        </Button>
      </Group>
    </>
  )
}

function setLabels(labels: string): void {
  changeComparisonForm({ labels })
}

function useChoices(): Choices {
  const { models: ticked, methods } = useComparisonForm()
  const shown = useUi((ui) => ui.model)
  // Nobody has ticked any yet: the one that is worked with.
  const models = ticked ?? (shown === undefined ? [] : [shown])
  const known = useQuery(api.models.list.queryOptions())
  const all = useQuery(api.attacks.methods.queryOptions())
  return choicesOf({ models, methods }, { models: known.data?.models ?? [], methods: all.data ?? [] })
}

function ChoiceFields({ choices: { offered, chosen } }: { readonly choices: Choices }) {
  const { methods, transfer } = useComparisonForm()
  return (
    <>
      <MultiSelect
        data-autofocus
        label={texts.comparisons.models}
        data={[...offered.models]}
        value={[...chosen.models]}
        onChange={(value) => {
          changeComparisonForm({ models: value })
        }}
      />
      {chosen.models.length > 1 && (
        <Checkbox
          label={texts.comparisons.transfer}
          checked={transfer}
          onChange={(event) => {
            changeComparisonForm({ transfer: event.currentTarget.checked })
          }}
        />
      )}
      <MultiSelect
        label={texts.comparisons.methods}
        data={methodOptions(offered.methods)}
        value={[...chosen.methods]}
        onChange={(value) => {
          changeComparisonForm({ methods: ticksAfter(methods, offered.methods, value) })
        }}
      />
    </>
  )
}

function Budgets() {
  const { budgets, budgetsL2 } = useComparisonForm()
  return (
    <>
      <TextInput
        label={texts.comparisons.budgets}
        description={texts.comparisons.budgetsHelp}
        value={budgets}
        error={budgetsProblem(budgets)}
        spellCheck={false}
        onChange={(event) => {
          changeComparisonForm({ budgets: event.currentTarget.value })
        }}
      />
      <TextInput
        label={texts.comparisons.budgetsL2}
        description={texts.comparisons.budgetsL2Help}
        value={budgetsL2}
        error={budgetsProblem(budgetsL2, true)}
        spellCheck={false}
        onChange={(event) => {
          changeComparisonForm({ budgetsL2: event.currentTarget.value })
        }}
      />
    </>
  )
}

/** Settings that are the same at every budget. */
function MethodSettings() {
  const { settings, sweeps } = useComparisonForm()
  return (
    <>
      <TextInput
        label={texts.comparisons.settings}
        description={texts.comparisons.settingsHelp}
        placeholder={texts.attack.byDefault}
        value={settings}
        spellCheck={false}
        onChange={(event) => {
          changeComparisonForm({ settings: event.currentTarget.value })
        }}
      />
      <TextInput
        label={texts.comparisons.sweeps}
        description={texts.comparisons.sweepsHelp}
        placeholder={texts.comparisons.noSweep}
        value={sweeps}
        spellCheck={false}
        onChange={(event) => {
          changeComparisonForm({ sweeps: event.currentTarget.value })
        }}
      />
    </>
  )
}

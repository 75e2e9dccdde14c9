import { Group, NativeSelect, TextInput } from '@mantine/core'
import type { ModelCard } from '../../../../core/model/card.ts'
import type { RegressionOutput } from '../../../../core/tasks/regression/output.ts'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PickButton.tsx'
import { criterionPreset, goalOf, goalsFor, lossesFor, takesMasks, type GoalForm } from './goals.ts'

interface GoalChoiceProps {
  /** The model whose goal it is, and its card. */
  readonly model: string | undefined
  readonly card: ModelCard | undefined
  readonly form: GoalForm
  readonly onForm: (change: Partial<GoalForm>) => void
  /** Where masks are looked for at first. */
  readonly start: string | undefined
}

/** Away from the label or towards what, and what counts as fooled, as far as the model's task has a choice. */
export function GoalChoice({ model, card, form, onForm, start }: GoalChoiceProps) {
  const goal = goalOf(form.goal, model)
  const onGoal = (text: string) => {
    onForm({ goal: text === '' || model === undefined ? null : { model, goal: text } })
  }
  return (
    <>
      {card?.task === 'regression' ? (
        <ValueField output={card.output} {...{ goal, onGoal }} />
      ) : (
        <ClassField {...{ card, goal, onGoal }} />
      )}
      {card !== undefined && takesMasks(card, goal ?? undefined) && (
        <MasksField start={start} value={form.targetMasks ?? ''} onForm={onForm} />
      )}
      {card !== undefined && <CriterionFields {...{ card, goal, form, onForm }} />}
    </>
  )
}

interface GoalProps {
  /** Null for away from the labels. */
  readonly goal: string | null
  /** Hears of the empty text too. */
  readonly onGoal: (text: string) => void
}

function ClassField({ card, goal, onGoal }: GoalProps & { readonly card: ModelCard | undefined }) {
  return (
    <NativeSelect
      size="xs"
      label={texts.attack.target}
      value={goal ?? ''}
      data={[
        { value: '', label: texts.attack.untargeted },
        ...(card === undefined ? [] : goalsFor(card, goal)),
      ]}
      onChange={(event) => {
        onGoal(event.currentTarget.value)
      }}
    />
  )
}

function ValueField({ output, goal, onGoal }: GoalProps & { readonly output: RegressionOutput }) {
  return (
    <TextInput
      size="xs"
      label={texts.attack.targetValue(output.value, output.unit)}
      placeholder={texts.attack.untargeted}
      value={goal ?? ''}
      inputMode="decimal"
      spellCheck={false}
      onChange={(event) => {
        onGoal(event.currentTarget.value)
      }}
    />
  )
}

interface MasksFieldProps extends Pick<GoalChoiceProps, 'start' | 'onForm'> {
  readonly value: string
}

function MasksField({ start, value, onForm }: MasksFieldProps) {
  const onPath = (path: string) => {
    onForm({ targetMasks: path === '' ? undefined : path })
  }
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        size="xs"
        flex={1}
        label={texts.attack.targetMasks}
        placeholder={texts.attack.labelsNone}
        value={value}
        spellCheck={false}
        onChange={(event) => {
          onPath(event.currentTarget.value)
        }}
      />
      <PickButton
        kind="masks"
        label={texts.attack.chooseMasks}
        title={texts.files.masksTitle}
        start={start}
        onPick={onPath}
      />
    </Group>
  )
}

interface CriterionFieldsProps extends Pick<GoalChoiceProps, 'form' | 'onForm'> {
  readonly card: ModelCard
  readonly goal: string | null
}

/** Fields for tasks that leave a choice: what counts as fooled, and which loss is raised. */
function CriterionFields({ card, goal, form, onForm }: CriterionFieldsProps) {
  const { targetMasks, criterion = '', loss = '' } = form
  const preset = criterionPreset(card, { target: goal ?? undefined, targetMasks })
  const losses = lossesFor(card)
  if (preset === undefined && losses === undefined) return null
  return (
    <Group gap="xs" grow align="flex-start">
      {preset !== undefined && (
        <TextInput
          size="xs"
          label={texts.attack.criterion}
          placeholder={preset}
          value={criterion}
          spellCheck={false}
          onChange={(event) => {
            onForm({ criterion: event.currentTarget.value })
          }}
        />
      )}
      {losses !== undefined && (
        <NativeSelect
          size="xs"
          label={texts.attack.loss}
          value={loss}
          data={Object.entries(losses).map(([value, label]) => ({ value, label }))}
          onChange={(event) => {
            onForm({ loss: event.currentTarget.value })
          }}
        />
      )}
    </Group>
  )
}

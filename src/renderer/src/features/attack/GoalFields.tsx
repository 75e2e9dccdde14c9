import { Group, NativeSelect, SegmentedControl, Text, TextInput } from '@mantine/core'
import type { TaskForm } from '../../../../core/tasks/form.ts'
import { type KnownModel, useModel } from '../../state/card-answers.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { LabelsInput, PathInput } from '../files/PathInput.tsx'
import { changeForm, type ScopeContext, scopeFor, scopesFor, useAttackForm } from './attack-form.ts'
import { useFoundLabels } from './find-labels.ts'
import { type GoalForm, goalOf, goalsFor, lossesFor, presetFor, takesMasks } from './goals.ts'
import type { AttackSubject } from './start-attack.ts'

interface GoalChoiceProps {
  /** The model whose goal it is, and what is known of it. */
  readonly model: string | undefined
  readonly known: KnownModel | undefined
  readonly form: GoalForm
  readonly onForm: (change: Partial<GoalForm>) => void
  /** Where masks are looked for at first. */
  readonly start: string | undefined
}

/**
 * Away from the label or towards what, and what counts as fooled, as far as the model's task has a choice.
 */
export function GoalChoice({ model, known, form, onForm, start }: GoalChoiceProps) {
  const goal = goalOf(form.goal, model)
  const onGoal = (text: string) => {
    onForm({ goal: text === '' || model === undefined ? null : { model, goal: text } })
  }
  return (
    <>
      {known?.form.target.kind === 'value' ? (
        <ValueField target={known.form.target} {...{ goal, onGoal }} />
      ) : (
        <ClassField {...{ known, goal, onGoal }} />
      )}
      {known !== undefined && takesMasks(known, goal ?? undefined) && (
        <MasksField start={start} value={form.targetMasks ?? ''} onForm={onForm} />
      )}
      {known !== undefined && <CriterionFields {...{ known, goal, form, onForm }} />}
    </>
  )
}

interface GoalProps {
  /** Null for away from the labels. */
  readonly goal: string | null
  /** Hears of the empty text too. */
  readonly onGoal: (text: string) => void
}

function ClassField({ known, goal, onGoal }: GoalProps & Pick<GoalChoiceProps, 'known'>) {
  return (
    <NativeSelect
      size="xs"
      label={texts.attack.target}
      value={goal ?? ''}
      data={[
        { value: '', label: texts.attack.untargeted },
        ...(known === undefined ? [] : goalsFor(known, goal)),
      ]}
      onChange={(event) => {
        onGoal(event.currentTarget.value)
      }}
    />
  )
}

interface ValueFieldProps extends GoalProps {
  readonly target: Extract<TaskForm['target'], { kind: 'value' }>
}

function ValueField({ target: { name, unit }, goal, onGoal }: ValueFieldProps) {
  return (
    <TextInput
      size="xs"
      label={texts.attack.targetValue(name, unit)}
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
  return (
    <PathInput
      size="xs"
      label={texts.attack.targetMasks}
      value={value}
      pick={{ kind: 'masks', title: texts.files.masksTitle, label: texts.attack.chooseMasks, start }}
      onChange={(path) => {
        onForm({ targetMasks: path === '' ? undefined : path })
      }}
    />
  )
}

interface CriterionFieldsProps extends Pick<GoalChoiceProps, 'form' | 'onForm'> {
  readonly known: KnownModel
  readonly goal: string | null
}

/** Fields for tasks that leave a choice: what counts as fooled, and which loss is raised. */
function CriterionFields({ known, goal, form, onForm }: CriterionFieldsProps) {
  const { targetMasks, criterion = '', loss = '' } = form
  const preset = presetFor(known, { target: goal ?? undefined, targetMasks })
  const losses = lossesFor(known)
  if (preset === undefined && losses.length === 0) return null
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
      {losses.length > 0 && (
        <NativeSelect
          size="xs"
          label={texts.attack.loss}
          value={loss}
          data={[...losses]}
          onChange={(event) => {
            onForm({ loss: event.currentTarget.value })
          }}
        />
      )}
    </Group>
  )
}

/** What is attacked, away from which labels or towards which class. */
export function GoalFields({ subject }: { readonly subject: AttackSubject | undefined }) {
  const known = useModel(subject?.model)
  const form = useAttackForm()
  const start = useUi(({ studies }) => studies.find(({ id }) => id === subject?.study)?.paths[0])
  return (
    <>
      <ScopeField place={{ card: known?.card, slice: subject }} />
      <GoalChoice model={subject?.model} {...{ known, form, start }} onForm={changeForm} />
      <LabelsField labels={known?.form.labels} />
    </>
  )
}

function ScopeField({ place: { card, slice } }: { readonly place: Omit<ScopeContext, 'studies'> }) {
  const chosen = useAttackForm((form) => form.scope)
  const place = { card, slice, studies: useUi((ui) => ui.studies) }
  const scopes = scopesFor(place)
  return (
    <div>
      <Text size="xs" fw={600} mb={3}>
        {texts.attack.scope}
      </Text>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={texts.attack.scope}
        value={scopeFor(chosen, place)}
        data={scopes.map((value) => ({ value, label: texts.attack.scopes[value] }))}
        onChange={(value) => {
          changeForm({ scope: scopes.find((each) => each === value) ?? 'study' })
        }}
      />
    </div>
  )
}

/** The file beside the study unless the user names another one, or none. */
function LabelsField({ labels }: { readonly labels: TaskForm['labels'] | undefined }) {
  const given = useAttackForm((form) => form.labels)
  const study = useUi(({ studies, panes, activePane }) =>
    studies.find(({ id }) => id === panes[activePane]?.series?.study),
  )
  const found = useFoundLabels(study?.paths ?? [], labels)
  return (
    <LabelsInput
      labels={labels}
      value={given ?? found ?? ''}
      start={study?.paths[0]}
      description={texts.attack.labelsHelp}
      onChange={(path) => {
        changeForm({ labels: path })
      }}
    />
  )
}

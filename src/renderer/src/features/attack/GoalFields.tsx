import { Group, NativeSelect, SegmentedControl, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ModelCard } from '../../../../core/model/card.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PickButton.tsx'
import { changeForm, useAttackForm } from './attack-form.ts'
import { findLabels } from './find-labels.ts'
import { goalOf, goalsFor } from './goals.ts'
import { type Place, scopeFor, scopesFor } from './scopes.ts'
import type { AttackSubject } from './start-attack.ts'
import { useCard } from '../../state/card-answers.ts'
import type { RegressionOutput } from '../../../../core/tasks/regression/output.ts'

/** What is attacked, away from which labels or towards which class. */
export function GoalFields({ subject }: { readonly subject: AttackSubject | undefined }) {
  const card = useCard(subject?.model)
  const goal = useAttackForm((form) => goalOf(form.goal, subject?.model))
  const onGoal = (text: string) => {
    changeForm({ goal: text === '' || subject === undefined ? null : { model: subject.model, goal: text } })
  }
  return (
    <>
      <ScopeField place={{ card, slice: subject }} />
      {card?.task === 'regression' ? (
        <ValueField output={card.output} {...{ goal, onGoal }} />
      ) : (
        <ClassField {...{ card, goal, onGoal }} />
      )}
      <CriterionOf card={card} isTargeted={goal !== null} />
      <LabelsField task={card?.task} />
    </>
  )
}

function ScopeField({ place: { card, slice } }: { readonly place: Omit<Place, 'studies'> }) {
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

function CriterionOf({
  card,
  isTargeted,
}: {
  readonly card: ModelCard | undefined
  readonly isTargeted: boolean
}) {
  if (card?.task === 'segmentation')
    return <CriterionFields preset={isTargeted ? 'dice>=0.9' : 'dice<0.5'} losses={texts.attack.losses} />
  if (card?.task !== 'regression') return null
  const { tolerance } = card.output
  return (
    <CriterionFields
      preset={isTargeted ? `within ${tolerance}` : `change>${tolerance}`}
      losses={texts.attack.valueLosses}
    />
  )
}

/** The file beside the study unless the user names another one, or none. */
function LabelsField({ task }: { readonly task: ModelCard['task'] | undefined }) {
  const given = useAttackForm((form) => form.labels)
  const study = useUi(({ studies, panes, activePane }) =>
    studies.find(({ id }) => id === panes[activePane]?.series?.study),
  )
  const found = useQuery({
    queryKey: ['labels', study?.paths, task],
    queryFn: async () => (await findLabels(study?.paths ?? [], task)) ?? null,
  })
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        flex={1}
        label={task === 'segmentation' ? texts.attack.masks : texts.attack.labels}
        description={texts.attack.labelsHelp}
        placeholder={texts.attack.labelsNone}
        value={given ?? found.data ?? ''}
        spellCheck={false}
        onChange={(event) => {
          changeForm({ labels: event.currentTarget.value })
        }}
      />
      <PickButton
        kind={task === 'segmentation' ? 'masks' : 'labels'}
        title={task === 'segmentation' ? texts.files.masksTitle : texts.files.labelsTitle}
        start={study?.paths[0]}
        onPick={(path) => {
          changeForm({ labels: path })
        }}
      />
    </Group>
  )
}

interface CriterionFieldsProps {
  /** The criterion that is taken where none is given. */
  readonly preset: string
  /** By what the form holds; '' is the preset. */
  readonly losses: Readonly<Record<string, string>>
}

/** Fields for tasks that leave a choice: what counts as fooled, and which loss is raised. */
function CriterionFields({ preset, losses }: CriterionFieldsProps) {
  const { criterion, loss } = useAttackForm()
  return (
    <Group gap="xs" grow align="flex-start">
      <TextInput
        size="xs"
        label={texts.attack.criterion}
        placeholder={preset}
        value={criterion}
        spellCheck={false}
        onChange={(event) => {
          changeForm({ criterion: event.currentTarget.value })
        }}
      />
      <NativeSelect
        size="xs"
        label={texts.attack.loss}
        value={loss}
        data={Object.entries(losses).map(([value, label]) => ({ value, label }))}
        onChange={(event) => {
          changeForm({ loss: event.currentTarget.value })
        }}
      />
    </Group>
  )
}

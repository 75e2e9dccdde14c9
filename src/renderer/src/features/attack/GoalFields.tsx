import { Group, NativeSelect, SegmentedControl, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ModelCard, RegressionOutput } from '../../../../core/model/card.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PickButton.tsx'
import { CriterionFields } from './CriterionFields.tsx'
import { changeForm, useAttackForm } from './attack-form.ts'
import { findLabels } from './find-labels.ts'
import { goalFor, goalsFor } from './goals.ts'
import { scopeFor, scopesFor } from './scopes.ts'
import type { AttackSubject } from './start-attack.ts'
import { useCard } from './use-card.ts'

/** What is attacked, away from which labels or towards which class. */
export function GoalFields({ subject }: { readonly subject: AttackSubject | undefined }) {
  const chosen = useAttackForm((form) => form.scope)
  const studies = useUi((ui) => ui.studies)
  const card = useCard(subject?.model)
  const place = { card, studies, slice: subject }
  const scopes = scopesFor(place)
  return (
    <>
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
      {card?.task === 'regression' ? <ValueField output={card.output} /> : <ClassField card={card} />}
      <CriterionOf card={card} />
      <LabelsField task={card?.task} />
    </>
  )
}

/** Away from the labels, or towards a class. */
function ClassField({ card }: { readonly card: ModelCard | undefined }) {
  const chosen = useAttackForm((form) => form.target)
  return (
    <NativeSelect
      size="xs"
      label={texts.attack.target}
      value={goalFor(chosen, card) ?? ''}
      data={[{ value: '', label: texts.attack.untargeted }, ...goalsFor(card, chosen)]}
      onChange={(event) => {
        changeForm({ target: event.currentTarget.value === '' ? null : event.currentTarget.value })
      }}
    />
  )
}

/** Away from the labels, or towards a value. */
function ValueField({ output }: { readonly output: RegressionOutput }) {
  const target = useAttackForm((form) => form.target)
  return (
    <TextInput
      size="xs"
      label={texts.attack.targetValue(output.value, output.unit)}
      placeholder={texts.attack.untargeted}
      value={target ?? ''}
      inputMode="decimal"
      spellCheck={false}
      onChange={(event) => {
        changeForm({ target: event.currentTarget.value === '' ? null : event.currentTarget.value })
      }}
    />
  )
}

function CriterionOf({ card }: { readonly card: ModelCard | undefined }) {
  const isTargeted = useAttackForm((form) => goalFor(form.target, card) !== null)
  if (card?.task === 'segmentation')
    return <CriterionFields preset={isTargeted ? 'dice>=0.9' : 'dice<0.5'} losses={texts.attack.losses} />
  if (card?.task !== 'regression') return null
  const { tolerance } = card.output
  return <CriterionFields preset={isTargeted ? `within ${tolerance}` : `change>${tolerance}`} losses={texts.attack.valueLosses} />
}

/** The file beside the study unless the user names another one, or none. */
function LabelsField({ task }: { readonly task: ModelCard['task'] | undefined }) {
  const given = useAttackForm((form) => form.labels)
  const study = useUi(({ studies, panes, activePane }) => studies.find(({ id }) => id === panes[activePane]?.series?.study))
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

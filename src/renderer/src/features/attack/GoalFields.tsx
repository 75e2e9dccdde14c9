import { Group, SegmentedControl, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ModelCard } from '../../../../core/model/card.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PickButton.tsx'
import { changeForm, useAttackForm } from './attack-form.ts'
import { findLabels } from './find-labels.ts'
import { GoalChoice } from './GoalChoice.tsx'
import { type Place, scopeFor, scopesFor } from './scopes.ts'
import type { AttackSubject } from './start-attack.ts'
import { useCard } from '../../state/card-answers.ts'

/** What is attacked, away from which labels or towards which class. */
export function GoalFields({ subject }: { readonly subject: AttackSubject | undefined }) {
  const card = useCard(subject?.model)
  const form = useAttackForm()
  const start = useUi(({ studies }) => studies.find(({ id }) => id === subject?.study)?.paths[0])
  return (
    <>
      <ScopeField place={{ card, slice: subject }} />
      <GoalChoice model={subject?.model} {...{ card, form, start }} onForm={changeForm} />
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

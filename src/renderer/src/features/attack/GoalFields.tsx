import { SegmentedControl, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { TaskForm } from '../../../../core/tasks/form.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { LabelsInput } from '../files/LabelsInput.tsx'
import { changeForm, useAttackForm } from './attack-form.ts'
import { findLabels } from './find-labels.ts'
import { GoalChoice } from './GoalChoice.tsx'
import { type ScopeContext, scopeFor, scopesFor } from './scopes.ts'
import type { AttackSubject } from './start-attack.ts'
import { useModel } from '../../state/card-answers.ts'

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
  const found = useQuery({
    queryKey: ['labels', study?.paths, labels?.file],
    queryFn: async () => (await findLabels(study?.paths ?? [], labels)) ?? null,
  })
  return (
    <LabelsInput
      labels={labels}
      value={given ?? found.data ?? ''}
      start={study?.paths[0]}
      description={texts.attack.labelsHelp}
      onChange={(path) => {
        changeForm({ labels: path })
      }}
    />
  )
}

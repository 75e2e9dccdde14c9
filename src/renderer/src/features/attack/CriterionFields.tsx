import { Group, NativeSelect, TextInput } from '@mantine/core'
import { texts } from '../../texts.ts'
import { changeForm, useAttackForm } from './attack-form.ts'

interface CriterionFieldsProps {
  /** The criterion that is taken where none is given. */
  readonly preset: string
  /** By what the form holds; '' is the preset. */
  readonly losses: Readonly<Record<string, string>>
}

/** Of tasks that leave a choice: what counts as fooled, and which loss is raised. */
export function CriterionFields({ preset, losses }: CriterionFieldsProps) {
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

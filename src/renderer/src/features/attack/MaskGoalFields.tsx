import { Group, NativeSelect, TextInput } from '@mantine/core'
import { texts } from '../../texts.ts'
import { changeForm, useAttackForm } from './attack-form.ts'

const losses = ['', 'dice', 'cross-entropy=0.5,dice=0.5'] as const

/** Of a segmentation: what counts as fooled, and which loss is raised. */
export function MaskGoalFields() {
  const { criterion, loss, target } = useAttackForm()
  const preset = target === null ? 'dice<0.5' : 'dice>=0.9'
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
        data={losses.map((value) => ({ value, label: texts.attack.losses[value] }))}
        onChange={(event) => {
          changeForm({ loss: event.currentTarget.value })
        }}
      />
    </Group>
  )
}

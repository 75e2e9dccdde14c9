import { Group, TextInput } from '@mantine/core'
import type { TaskForm } from '../../../../core/tasks/form.ts'
import { texts } from '../../texts.ts'
import { PickButton } from './PickButton.tsx'

interface LabelsInputProps {
  /** Undefined while the model isn't known. */
  readonly labels: TaskForm['labels'] | undefined
  readonly value: string
  /** Where browsing begins. */
  readonly start: string | undefined
  readonly description?: string
  readonly onChange: (path: string) => void
}

/** Where labels are: a file, or masks. */
export function LabelsInput({ labels, value, start, description, onChange }: LabelsInputProps) {
  const areMasks = labels?.kind === 'masks'
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        flex={1}
        label={areMasks ? texts.attack.masks : texts.attack.labels}
        description={description}
        placeholder={texts.attack.labelsNone}
        value={value}
        spellCheck={false}
        onChange={(event) => {
          onChange(event.currentTarget.value)
        }}
      />
      <PickButton
        kind={areMasks ? 'masks' : 'labels'}
        title={areMasks ? texts.files.masksTitle : texts.files.labelsTitle}
        start={start}
        onPick={onChange}
      />
    </Group>
  )
}

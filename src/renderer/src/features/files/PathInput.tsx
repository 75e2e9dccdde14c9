import { Group, TextInput, type TextInputProps } from '@mantine/core'
import type { ComponentProps } from 'react'
import { texts } from '../../texts.ts'
import { PickButton } from './PickButton.tsx'

interface PathInputProps extends Pick<TextInputProps, 'label' | 'description' | 'size'> {
  readonly value: string
  /** What is picked, where browsing begins, and the button's own text. */
  readonly pick: Pick<ComponentProps<typeof PickButton>, 'kind' | 'title' | 'start' | 'label'>
  readonly onChange: (path: string) => void
}

/** A path that may be written or picked; empty where there is none. */
export function PathInput({ value, pick, onChange, ...field }: PathInputProps) {
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        {...field}
        flex={1}
        placeholder={texts.attack.labelsNone}
        value={value}
        spellCheck={false}
        onChange={(event) => {
          onChange(event.currentTarget.value)
        }}
      />
      <PickButton {...pick} onPick={onChange} />
    </Group>
  )
}

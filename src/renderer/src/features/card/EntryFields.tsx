import { Button, Group, Input, Text } from '@mantine/core'
import { isObject, keysOf, placeOf } from '../../../../core/model/card-place.ts'
import { texts } from '../../texts.ts'
import classes from './card.module.css'
import type { InputProps } from './use-typed.ts'

/** Entries that come and go: one more, or one by name. */
export function ListField({ field, draft, shown }: InputProps) {
  const value = draft.valueOf(field.field)
  const image = draft.valueOf('input.name')
  const names = field.choices?.map((choice) => String(choice.value))
  const free = names?.filter((name) => name !== image && !(isObject(value) && name in value))
  return (
    <Input.Wrapper {...shown} className={classes['wide'] ?? ''} labelElement="div">
      <Group gap={6} mt={4}>
        {free === undefined && <AddEntry id={shown.id} field={field} draft={draft} />}
        {free?.map((name) => (
          <AddButton
            key={name}
            label={texts.card.addNamed(name)}
            onAdd={() => {
              draft.set(field.field, { ...(isObject(value) && value), [name]: {} })
            }}
          />
        ))}
        {free?.length === 0 && !isObject(value) && (
          <Text size="xs" c="dimmed">
            {texts.card.noEntries}
          </Text>
        )}
      </Group>
    </Input.Wrapper>
  )
}

interface AddEntryProps extends Pick<InputProps, 'field' | 'draft'> {
  readonly id?: string
}

/** One more entry of a list. */
export function AddEntry({ id, field, draft }: AddEntryProps) {
  return (
    <AddButton
      {...(id !== undefined && { id })}
      label={texts.card.addEntry(field.entry ?? field.label)}
      onAdd={() => {
        draft.set(field.field, [...listOf(draft.valueOf(field.field)), {}])
      }}
    />
  )
}

interface AddButtonProps {
  readonly id?: string
  readonly label: string
  readonly onAdd: () => void
}

function AddButton({ label, onAdd, ...named }: AddButtonProps) {
  return (
    <Button {...named} size="compact-xs" variant="default" onClick={onAdd}>
      {label}
    </Button>
  )
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The head of an entry, whose fields follow; it can be taken away. */
export function EntryField({ field, draft, shown }: InputProps) {
  return (
    <Group className={classes['entry'] ?? ''} gap={8} wrap="nowrap" id={shown.id} tabIndex={-1}>
      <Text size="xs" fw={600} className={classes['label'] ?? ''}>
        {field.label}
      </Text>
      <Text size="xs" c="dimmed" className={classes['why'] ?? ''}>
        {field.reason}
      </Text>
      {shown.error !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {shown.error}
        </Text>
      )}
      <Button
        size="compact-xs"
        variant="subtle"
        ml="auto"
        flex="none"
        aria-label={texts.card.removeEntry(field.label)}
        onClick={() => {
          const list = placeOf(keysOf(field.field).slice(0, -1))
          const value = draft.valueOf(list)
          const isLast = (isObject(value) ? Object.keys(value) : listOf(value)).length === 1
          draft.set(isLast ? list : field.field, undefined)
        }}
      >
        {texts.card.remove}
      </Button>
    </Group>
  )
}

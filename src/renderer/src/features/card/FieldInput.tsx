import { Autocomplete, Badge, Group, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core'
import type { FormField } from '../../../../core/model/card-form.ts'
import { keysOf } from '../../../../core/model/card-place.ts'
import type { DraftIssue } from '../../../../core/model/propose-card.ts'
import { texts } from '../../texts.ts'
import classes from './card.module.css'
import type { CardDraft } from './use-card-draft.ts'
import { AddEntry, EntryField, ListField } from './EntryFields.tsx'
import { fieldText, pairsText } from './field-text.ts'
import { useTyped, type InputProps } from './use-typed.ts'

interface FieldInputProps {
  readonly field: FormField
  readonly draft: CardDraft
  readonly issue: DraftIssue | undefined
}

/** Where a field's input is found, to bring it into sight. */
export function inputId(field: string): string {
  return `card-${keysOf(field).join('-')}`
}

/** One field of a card, with why it matters, and what is wrong with it. */
export function FieldInput({ field, draft, issue }: FieldInputProps) {
  const Input = inputs[field.kind]
  const why = issue?.isMissing === true ? ` ${sentence(issue.message)}` : ''
  return (
    <Input
      field={field}
      draft={draft}
      shown={{
        id: inputId(field.field),
        size: 'xs',
        classNames: { description: classes['why'] ?? '' },
        label: <FieldLabel field={field} draft={draft} isNeeded={issue?.isMissing === true} />,
        description: field.reason + why,
        error: issue === undefined || issue.isMissing ? undefined : sentence(issue.message),
        'aria-required': field.isRequired,
      }}
    />
  )
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`
}

interface FieldLabelProps extends Pick<FieldInputProps, 'field' | 'draft'> {
  readonly isNeeded: boolean
}

function FieldLabel({ field: { field, label }, draft, isNeeded }: FieldLabelProps) {
  const isRead = draft.known?.proposed.some((each) => each === field) === true
  return (
    <>
      {label}
      {isNeeded && (
        <Badge size="xs" ml={6} color="orange" variant="light" tt="none">
          {texts.card.needed}
        </Badge>
      )}
      {isRead && (
        <Badge size="xs" ml={6} color="gray" variant="light" tt="none">
          {texts.card.readOff}
        </Badge>
      )}
    </>
  )
}

function TextField({ field, draft, shown }: InputProps) {
  const { text, take, onBlur } = useTyped(field, draft, (value) => fieldText(value, ', '))
  const placeholder = field.example.replaceAll('"', '')
  const common = { ...shown, value: text, placeholder, spellCheck: false, onBlur }
  return field.choices === undefined ? (
    <TextInput
      {...common}
      onChange={(event) => {
        take(event.currentTarget.value)
      }}
    />
  ) : (
    <Autocomplete {...common} data={field.choices.map((choice) => String(choice.value))} onChange={take} />
  )
}

function NumbersField({ field, draft, shown }: InputProps) {
  const { text, isWrong, take, onBlur } = useTyped(field, draft, (value) => fieldText(value, ', '))
  const help = field.kind === 'number' ? texts.card.numberHelp : texts.card.numbersHelp
  return (
    <TextInput
      {...shown}
      value={text}
      placeholder={fieldText(field.preset, ', ') || field.example}
      error={isWrong ? help : shown.error}
      inputMode={field.kind === 'number' ? 'decimal' : 'text'}
      spellCheck={false}
      onBlur={onBlur}
      onChange={(event) => {
        take(event.currentTarget.value)
      }}
    />
  )
}

function LinesField({ field, draft, shown }: InputProps) {
  const arePairs = field.kind === 'pairs'
  const textOf = (value: unknown) => (arePairs ? pairsText(value) : fieldText(value, '\n'))
  const { text, isWrong, take, onBlur } = useTyped(field, draft, textOf)
  return (
    <Textarea
      {...shown}
      description={`${shown.description} ${arePairs ? texts.card.pairsHelp : texts.card.linesHelp}`}
      error={isWrong ? texts.card.pairsHelp : shown.error}
      value={text}
      autosize
      minRows={2}
      maxRows={8}
      onBlur={onBlur}
      spellCheck={false}
      onChange={(event) => {
        take(event.currentTarget.value)
      }}
    />
  )
}

function JsonField({ field, draft, shown }: InputProps) {
  const { text, isWrong, take, onBlur } = useTyped(field, draft, (value) =>
    value === undefined ? '' : JSON.stringify(value, null, 2),
  )
  return (
    <Textarea
      {...shown}
      description={`${shown.description} ${texts.card.example(field.example)}`}
      value={text}
      error={isWrong ? texts.card.jsonWrong : shown.error}
      autosize
      minRows={2}
      maxRows={10}
      onBlur={onBlur}
      classNames={{ ...shown.classNames, input: classes['code'] ?? '' }}
      spellCheck={false}
      onChange={(event) => {
        take(event.currentTarget.value)
      }}
    />
  )
}

/** The option for a list in the place of a value. */
const several = '[]'

/** One of a few values; where a list may take its place, its entries follow. */
function ChoiceField({ field, draft, shown }: InputProps) {
  const { choices = [], preset, isRequired, entry } = field
  const value = draft.valueOf(field.field)
  const isList = entry !== undefined && Array.isArray(value)
  const usual = choices.find((choice) => choice.value === preset)?.label
  const unset = isRequired
    ? texts.card.choose
    : usual === undefined
      ? texts.card.none
      : texts.card.byDefault(usual)
  const isKnown = isList || choices.some((choice) => choice.value === value)
  const isOther = !isKnown && value !== undefined && value !== null
  const select = (
    <NativeSelect
      {...shown}
      value={isList ? several : isKnown ? String(value) : ''}
      data={[
        ...(isRequired && isKnown ? [] : [{ value: '', label: isOther ? texts.card.asJson : unset }]),
        ...choices.map((choice) => ({ value: String(choice.value), label: choice.label })),
        ...(entry === undefined ? [] : [{ value: several, label: texts.card.several }]),
      ]}
      onChange={(event) => {
        const chosen = choices.find((choice) => String(choice.value) === event.currentTarget.value)
        if (event.currentTarget.value === several) draft.set(field.field, [{}])
        else if (chosen?.keeps === undefined) draft.change(field, chosen?.value)
        else draft.choose(field.field, chosen)
      }}
    />
  )
  if (!isList) return select
  return (
    <div className={classes['wide']}>
      {select}
      <Group mt={6}>
        <AddEntry field={field} draft={draft} />
      </Group>
    </div>
  )
}

function SwitchField({ field, draft, shown }: InputProps) {
  const { 'aria-required': _, ...others } = shown
  const value = draft.valueOf(field.field)
  const isOn =
    field.kind === 'part' ? value !== undefined && value !== null : (value ?? field.preset) === true
  return (
    <Switch
      {...others}
      checked={isOn}
      onChange={(event) => {
        const { checked } = event.currentTarget
        draft.change(field, field.kind === 'part' ? (checked ? {} : undefined) : checked)
      }}
    />
  )
}

const inputs = {
  text: TextField,
  number: NumbersField,
  numbers: NumbersField,
  texts: LinesField,
  choice: ChoiceField,
  'yes-no': SwitchField,
  part: SwitchField,
  pairs: LinesField,
  list: ListField,
  entry: EntryField,
  json: JsonField,
} as const satisfies Record<FormField['kind'], (props: InputProps) => React.ReactNode>

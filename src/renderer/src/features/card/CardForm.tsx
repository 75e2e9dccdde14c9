import {
  Alert,
  Button,
  Fieldset,
  Group,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  Tooltip,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormField } from '../../../../core/model/card-form.ts'
import { isObject } from '../../../../core/model/card-place.ts'
import type { DraftIssue } from '../../../../core/model/propose-card.ts'
import type { ModelDraft } from '../../../../engine/server/models/draft-card.ts'
import { api } from '../../api/client.ts'
import { texts } from '../../texts.ts'
import { FieldInput } from './FieldInput.tsx'
import { jsonOf } from './field-text.ts'
import { fieldOfIssue } from './issue-fields.ts'
import classes from './card.module.css'
import type { CardDraft } from './use-card-draft.ts'

/** The same card, two ways. */
export type CardView = 'form' | 'json'

interface CardFormProps {
  readonly draft: CardDraft
  readonly known: ModelDraft
}

interface ViewProps {
  readonly view: CardView
  readonly onView: (view: CardView) => void
}

/** The card as a form, or as JSON. */
export function CardForm({ draft, known, view, onView }: CardFormProps & ViewProps) {
  return (
    <Stack gap="sm">
      <ModelRead known={known} />
      <Presets draft={draft} />
      <SegmentedControl
        size="xs"
        aria-label={texts.card.view}
        value={view}
        data={[
          { value: 'form', label: texts.card.form },
          { value: 'json', label: texts.card.json },
        ]}
        onChange={onView}
      />
      <OtherIssues known={known} />
      {view === 'form' ? <Sections draft={draft} known={known} /> : <JsonView draft={draft} />}
    </Stack>
  )
}

/** What was read off the model's file, and what stands in its way. */
function ModelRead({
  known: { path, inputs, outputs, notices, obstacles, cardFile },
}: Pick<CardFormProps, 'known'>) {
  const named = (tensors: ModelDraft['inputs']) =>
    tensors
      .map(({ name, shape }) => `${name} [${shape.map((extent) => extent ?? '?').join(', ')}]`)
      .join(', ')
  const file = path.split(/[\\/]/).at(-1) ?? path
  return (
    <div>
      <Text size="sm" className={classes['anywhere']}>
        {texts.card.read(file, named(inputs), named(outputs))}
      </Text>
      {cardFile !== null && (
        <Text size="xs" c="dimmed" className={classes['anywhere']}>
          {texts.card.cardFile(cardFile.split(/[\\/]/).at(-1) ?? cardFile)}
        </Text>
      )}
      {notices.map((notice) => (
        <Text key={notice} size="xs" c="dimmed">
          {notice}
        </Text>
      ))}
      {obstacles.map(({ of, message, tip }) => (
        <Alert key={message} color={of === 'run' ? 'red' : 'orange'} variant="light" p="xs" mt={6}>
          <Text size="xs">
            {message}. {tip}
          </Text>
        </Alert>
      ))}
    </div>
  )
}

function Presets({ draft }: Pick<CardFormProps, 'draft'>) {
  const presets = useQuery(api.models.cards.presets.queryOptions())
  return (
    <Group gap={6} role="group" aria-label={texts.card.presets}>
      <Text size="xs" c="dimmed">
        {texts.card.presets}
      </Text>
      {presets.data?.map(({ name, label, text, card }) => (
        <Tooltip key={name} label={text} multiline w={320}>
          <Button
            size="compact-xs"
            variant="default"
            aria-description={text}
            onClick={() => {
              draft.add(card)
            }}
          >
            {label}
          </Button>
        </Tooltip>
      ))}
    </Group>
  )
}

/** Faults that no field of the form has. */
function OtherIssues({ known: { issues, fields } }: Pick<CardFormProps, 'known'>) {
  const others = issues.filter((issue) => fieldOfIssue(issue, fields) === undefined)
  if (others.length === 0) return null
  return (
    <Alert color="red" variant="light" p="xs" title={texts.card.elsewhere} role="alert">
      {others.map(({ field, message }) => (
        <Text key={field} size="xs" className={classes['anywhere']}>
          {field === '' ? message : `${field}: ${message}`}
        </Text>
      ))}
    </Alert>
  )
}

function Sections({ draft, known: { fields, issues } }: CardFormProps) {
  const sections = [...new Set(fields.map(({ section }) => section))]
  const issueOf = (field: FormField): DraftIssue | undefined =>
    issues.find((issue) => fieldOfIssue(issue, fields) === field)
  return sections.map((section) => (
    <Fieldset key={section} legend={section} className={classes['section']}>
      {fields
        .filter((field) => field.section === section)
        .map((field) => (
          <FieldInput key={field.field} field={field} draft={draft} issue={issueOf(field)} />
        ))}
    </Fieldset>
  ))
}

/**
 * The same card as JSON; it is taken as soon as it is JSON, and is written anew where a preset changes it.
 */
function JsonView({ draft }: Pick<CardFormProps, 'draft'>) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly revision: number }>()
  const own = typed?.revision === draft.revision ? typed.text : undefined
  const isWrong = own !== undefined && !isObject(jsonOf(own))
  return (
    <Textarea
      label={texts.card.jsonLabel}
      description={texts.card.jsonHelp}
      error={isWrong ? texts.card.jsonWrong : undefined}
      value={own ?? JSON.stringify(draft.card, null, 2)}
      autosize
      minRows={12}
      spellCheck={false}
      classNames={{ input: classes['code'] ?? '' }}
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped({ text, revision: draft.revision })
        const card = jsonOf(text)
        if (isObject(card)) draft.replace(card)
      }}
    />
  )
}

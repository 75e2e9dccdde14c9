import { Button, Checkbox, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { isObject } from '../../../../core/model/card-place.ts'
import type { ModelDraft } from '../../../../engine/server/models/draft-card.ts'
import { engine } from '../../api/client.ts'
import { notifyUser } from '../../api/notify.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import classes from './card.module.css'
import { inputId } from './FieldInput.tsx'
import { fieldOfIssue } from './issue-fields.ts'
import type { CardDraft } from './use-card-draft.ts'

/** What is kept: a new model, the card of one that was added, or a copy of the sample's. */
export type Keeping = 'new' | 'stored' | 'copy'

interface KeepCardProps {
  readonly draft: CardDraft
  readonly known: ModelDraft
  readonly keeping: Keeping
  /** Hears the name of a model that was added or whose card has changed. */
  readonly onKept: (model: string | undefined) => void
  /** The form is wanted, to show a field of it. */
  readonly onForm: () => void
}

/** How far the card is, and where it goes. */
export function KeepCard({ draft, known, keeping, onKept, onForm }: KeepCardProps) {
  const [places, setPlaces] = useState<readonly string[]>(['workspace'])
  const [mayReplace, setMayReplace] = useState(false)
  const isNew = keeping === 'new'
  const keep = useMutation({
    mutationFn: () => keepCard(draft, { keeping, places, mayReplace }),
    onSuccess: onKept,
  })
  const isOver = isNew && places.includes('beside') && known.besideCard !== null
  const canKeep =
    known.issues.length === 0 && !draft.isBehind && (!isOver || mayReplace) && (!isNew || places.length > 0)
  return (
    <div className={classes['foot']}>
      <HowFar known={known} onForm={onForm} />
      {isNew && <Places places={places} onPlaces={setPlaces} />}
      {isOver && (
        <Checkbox
          size="xs"
          label={texts.card.replace}
          checked={mayReplace}
          onChange={(event) => {
            setMayReplace(event.currentTarget.checked)
          }}
        />
      )}
      {keeping === 'copy' && (
        <Text size="xs" c="dimmed">
          {texts.card.sampleHelp}
        </Text>
      )}
      <Button
        ml="auto"
        disabled={!canKeep}
        loading={keep.isPending}
        onClick={() => {
          keep.mutate()
        }}
      >
        {{ new: texts.card.add, stored: texts.card.save, copy: texts.card.saveCopy }[keeping]}
      </Button>
      {keep.isError && (
        <div className={classes['fault']}>
          <Fault error={keep.error} />
        </div>
      )}
    </div>
  )
}

interface Kept {
  readonly keeping: Keeping
  readonly places: readonly string[]
  readonly mayReplace: boolean
}

/** The name of the model that the list has then. */
async function keepCard(
  { model, cardFile, known }: CardDraft,
  { keeping, places, mayReplace }: Kept,
): Promise<string | undefined> {
  const written = {
    model,
    given: isObject(known?.card) ? { ...known.card } : {},
    ...(cardFile !== undefined && { card: cardFile }),
  }
  if (keeping === 'stored') {
    await engine.models.cards.save.mutate({ ...written, replace: true })
    return model
  }
  const writeBeside = () => engine.models.cards.save.mutate({ ...written, replace: mayReplace })
  const isBeside = keeping === 'new' && places.includes('beside')
  if (keeping === 'new' && !places.includes('workspace')) {
    await writeBeside()
    return undefined
  }
  // A name that is taken is heard of before anything is written; a model that is kept stays kept.
  const { name } = await engine.models.cards.keep.mutate(written)
  if (isBeside) await writeBeside().catch(notifyUser)
  return name
}

interface PlacesProps {
  readonly places: readonly string[]
  readonly onPlaces: (places: string[]) => void
}

function Places({ places, onPlaces }: PlacesProps) {
  return (
    <Checkbox.Group value={[...places]} onChange={onPlaces}>
      <Group gap={14}>
        <Checkbox size="xs" value="workspace" label={texts.card.inWorkspace} />
        <Checkbox size="xs" value="beside" label={texts.card.beside} />
      </Group>
    </Checkbox.Group>
  )
}

/** What is still to be done, with a way to the first of it. */
function HowFar({ known: { issues, fields }, onForm }: Pick<KeepCardProps, 'known' | 'onForm'>) {
  const places = (isMissing: boolean) =>
    new Set(
      issues
        .filter((issue) => issue.isMissing === isMissing)
        .map((issue) => fieldOfIssue(issue, fields)?.field ?? issue.field),
    ).size
  const [toFill, toMend] = [places(true), places(false)]
  const first = issues.map((issue) => fieldOfIssue(issue, fields)).find((field) => field !== undefined)
  const said = [
    ...(toFill > 0 ? [texts.card.toFill(toFill)] : []),
    ...(toMend > 0 ? [texts.card.toMend(toMend)] : []),
  ]
  return (
    <Group gap={8} role="status">
      <Text size="sm">{said.length === 0 ? texts.card.whole : said.join(', ')}</Text>
      {first !== undefined && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            onForm()
            requestAnimationFrame(() => {
              const input = document.getElementById(inputId(first.field))
              input?.scrollIntoView({ block: 'center' })
              input?.focus()
            })
          }}
        >
          {texts.card.showFirst}
        </Button>
      )}
    </Group>
  )
}

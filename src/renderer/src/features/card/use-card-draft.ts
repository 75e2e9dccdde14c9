import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormChoice, FormField } from '../../../../core/model/card-form.ts'
import {
  isObject,
  merge,
  valueAt,
  withPart,
  withValue,
  type JsonObject,
} from '../../../../core/model/card-place.ts'
import type { ModelDraft } from '../../../../engine/server/models/draft-card.ts'
import { engine } from '../../api/client.ts'

/** The card of a model while it is being written. */
export interface CardDraft {
  /** A file's path, or the name of a model that is there. */
  readonly model: string
  /** The card's file, where it was picked. */
  readonly cardFile: string | undefined
  /** What the engine last said of it; undefined before the model is read. */
  readonly known: ModelDraft | undefined
  readonly error: unknown
  /** Whether the engine has yet to hear of the last change. */
  readonly isBehind: boolean
  /** What was given, and what the model's file says of the rest, at once after each change. */
  readonly card: JsonObject
  /** Counts changes that come from elsewhere than the field that shows them: what was typed is outdated. */
  readonly revision: number
  readonly valueOf: (field: string) => unknown
  readonly change: (field: FormField, value: unknown) => void
  /** A thing of several kinds becomes another: what means the same is kept. */
  readonly choose: (field: string, choice: FormChoice) => void
  readonly replace: (card: JsonObject) => void
  /** A part of a card goes before what the card says. */
  readonly add: (part: JsonObject) => void
}

const restMs = 250

/** @param cardFile the card's file; by default the one beside the model */
export function useCardDraft(model: string, cardFile: string | undefined): CardDraft {
  const [given, setGiven] = useState<JsonObject>()
  const [revision, setRevision] = useState(0)
  const [rested] = useDebouncedValue(given, restMs)
  const draft = useQuery({
    queryKey: ['card-draft', model, cardFile, rested],
    queryFn: () => engine.models.cards.draft.mutate({ model, ...askedOf(rested, cardFile) }),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 10_000,
  })
  const known = draft.data
  const said = given ?? known?.given ?? {}
  const card = merge(known?.readOff ?? {}, said)
  const valueOf = (field: string): unknown => valueAt(card, field)
  const giveAnew = (next: JsonObject): void => {
    setGiven(next)
    setRevision((before) => before + 1)
  }
  return {
    model,
    cardFile,
    known,
    error: draft.error,
    isBehind: given !== rested || draft.isPlaceholderData,
    card,
    revision,
    valueOf,
    change: ({ field, isRequired }, value) => {
      setGiven(withValue(said, field, value ?? (isRequired ? null : undefined)))
    },
    choose: (field, choice) => {
      giveAnew(withKind(said, field, choice, valueOf))
    },
    replace: setGiven,
    add: (part) => {
      giveAnew(withPart(said, part))
    },
  }
}

/** A card that was picked stays known while it is edited: files that it names lie beside it. */
function askedOf(given: JsonObject | undefined, card: string | undefined) {
  return { ...(given !== undefined && { given }), ...(card !== undefined && { card }) }
}

function withKind(
  card: JsonObject,
  field: string,
  { value, keeps = [] }: FormChoice,
  valueOf: (field: string) => unknown,
): JsonObject {
  const [key = '', ...above] = field.split('.').reverse()
  const thing = above.reverse().join('.')
  const before = thing === '' ? card : valueOf(thing)
  const kept = Object.entries(isObject(before) ? before : {}).filter(([name]) => keeps.includes(name))
  const after = { ...Object.fromEntries(kept), [key]: value }
  return thing === '' ? after : withValue(card, thing, after)
}

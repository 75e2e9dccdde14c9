import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormChoice, FormField } from '../../../../core/model/card-form.ts'
import {
  isObject,
  keysOf,
  merge,
  placeOf,
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
  /** A list, or an entry of one, is as this from now on; undefined takes it away. */
  readonly set: (place: string, value: unknown) => void
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
      setGiven(changed({ said, card }, field, value ?? (isRequired ? null : undefined)))
    },
    choose: (field, choice) => {
      giveAnew(withKind({ said, card }, field, choice))
    },
    set: (place, value) => {
      giveAnew(changed({ said, card }, place, value))
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

/** What is given of a card, and the card with what was read off. */
interface Said {
  readonly said: JsonObject
  readonly card: JsonObject
}

/** What is given then: of a list all of it, which would else be lost with the model's own. */
function changed({ said, card }: Said, place: string, value: unknown): JsonObject {
  const keys = keysOf(place)
  const depth = keys.findIndex((_, n) => n > 0 && Array.isArray(valueAt(card, placeOf(keys.slice(0, n)))))
  if (depth < 0) return withValue(said, place, value)
  const list = placeOf(keys.slice(0, depth))
  const whole = withValue({ list: valueAt(card, list) }, placeOf(['list', ...keys.slice(depth)]), value)[
    'list'
  ]
  return withValue(said, list, whole)
}

function withKind(given: Said, field: string, { value, keeps = [] }: FormChoice): JsonObject {
  const keys = keysOf(field)
  const [key, thing] = [keys.at(-1) ?? '', placeOf(keys.slice(0, -1))]
  const before = thing === '' ? given.said : valueAt(given.card, thing)
  const kept = Object.entries(isObject(before) ? before : {}).filter(([name]) => keeps.includes(name))
  const after = { ...Object.fromEntries(kept), [key]: value }
  return thing === '' ? after : changed(given, thing, after)
}

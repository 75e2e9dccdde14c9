import { useState } from 'react'
import type { FormField } from '../../../../core/model/card-form.ts'
import { jsonOf, linesOf, numberOf, numbersOf, pairsOf } from './field-text.ts'
import type { CardDraft } from './use-card-draft.ts'

/** A field and its card, as every kind of input gets them. */
export interface InputProps {
  readonly field: FormField
  readonly draft: CardDraft
  /** What every kind of input shows. */
  readonly shown: {
    readonly id: string
    readonly size: 'xs'
    readonly classNames: { readonly description: string }
    readonly label: React.ReactNode
    readonly description: string
    readonly error: string | undefined
    readonly 'aria-required': boolean
  }
}

interface Typed {
  readonly text: string
  readonly revision: number
}

/**
 * What is typed stays as it is typed while it is typed, and until it can be read; the card gets it once it
 * can. What comes from elsewhere (a preset, another kind) goes before it.
 */
export function useTyped(field: FormField, draft: CardDraft, textOf: (value: unknown) => string) {
  const [typed, setTyped] = useState<Typed>()
  const own = typed?.revision === draft.revision ? typed.text : undefined
  const isWrong = own !== undefined && own.trim() !== '' && readTyped(field, own) === undefined
  return {
    text: own ?? textOf(draft.valueOf(field.field) ?? undefined),
    isWrong,
    take: (text: string) => {
      setTyped({ text, revision: draft.revision })
      const taken = readTyped(field, text)
      if (taken !== undefined || text.trim() === '') draft.change(field, taken)
    },
    onBlur: () => {
      if (!isWrong) setTyped(undefined)
    },
  }
}

function readTyped({ kind }: FormField, text: string): unknown {
  if (text.trim() === '') return undefined
  switch (kind) {
    case 'number':
      return numberOf(text)
    case 'numbers':
      return numbersOf(text)
    case 'texts':
      return linesOf(text)
    case 'pairs':
      return pairsOf(text)
    case 'json':
      return jsonOf(text)
    default:
      return text
  }
}

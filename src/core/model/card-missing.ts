import { exampleOf, type CardField } from './card-fields.ts'
import { cardSections } from './card-sections.ts'
import { valueAt, type JsonObject } from './card-place.ts'
import type { ModelFacts } from './model-facts.ts'

/** A field that is not there, why the file doesn't say it, why it matters, and what it may look like. */
export interface MissingField {
  readonly field: string
  readonly why: string
  readonly reason: string
  readonly example: string
}

/** Every field of `card` that is not there, or null. @param ofTask what its task asks of its output */
export function missingFields(
  card: JsonObject,
  facts: ModelFacts,
  ofTask: readonly CardField[],
): MissingField[] {
  return cardSections(ofTask)
    .flatMap(({ fields }) => fields)
    .flatMap((each) => {
      const { field, reason, unsaid } = each
      if (unsaid === undefined || (valueAt(card, field) ?? undefined) !== undefined) return []
      return [{ field, why: unsaid(facts), reason, example: exampleOf(each, facts, card) }]
    })
}

/** A line of an error's list. */
export function missingInWords({ field, why, reason, example }: MissingField): string {
  return `${field}: missing; ${why}. ${reason} Example: ${example}`
}

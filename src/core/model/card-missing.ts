import type { CardField } from './card-fields.ts'
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
  const name = valueAt(card, 'output.name')
  const output = facts.outputs.find((each) => each.name === name)
  return cardSections(ofTask)
    .flatMap(({ fields }) => fields)
    .flatMap(({ field, reason, unsaid, example }) =>
      unsaid === undefined || (valueAt(card, field) ?? undefined) !== undefined
        ? []
        : [
            {
              field,
              why: unsaid(facts),
              reason,
              example: typeof example === 'string' ? example : example(facts, output),
            },
          ],
    )
}

/** A line of an error's list. */
export function missingInWords({ field, why, reason, example }: MissingField): string {
  return `${field}: missing; ${why}. ${reason} Example: ${example}`
}

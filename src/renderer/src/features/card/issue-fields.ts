import type { FormField } from '../../../../core/model/card-form.ts'
import type { DraftIssue } from '../../../../core/model/propose-card.ts'

/**
 * The field of a form that a fault is shown at: the one that it names or lies in, or the first of the thing
 * that it names. Undefined where the form has none.
 */
export function fieldOfIssue({ field }: DraftIssue, fields: readonly FormField[]): FormField | undefined {
  const around = fields.filter((each) => isIn(field, each.field))
  const nearest = around.sort((a, b) => b.field.length - a.field.length)[0]
  return nearest?.kind === 'part' && nearest.field !== field
    ? undefined
    : (nearest ?? fields.find((each) => isIn(each.field, field)))
}

function isIn(place: string, thing: string): boolean {
  return place === thing || place.startsWith(`${thing}.`) || place.startsWith(`${thing}[`)
}

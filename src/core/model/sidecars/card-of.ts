import { isObject, type JsonObject } from '../card-place.ts'
import type { SidecarField } from './sidecar.ts'

/** A part of a card of what was read. */
export function cardOf(fields: readonly SidecarField[]): JsonObject {
  return fields.reduce((card, { field, value }) => placed(card, field.split('.'), value), {})
}

function placed(card: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): JsonObject {
  const below = card[key]
  return { ...card, [key]: rest.length === 0 ? value : placed(isObject(below) ? below : {}, rest, value) }
}

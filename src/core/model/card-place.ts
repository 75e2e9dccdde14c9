export type JsonObject = Readonly<Record<string, unknown>>

/** Whether parsed JSON is an object, and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a card says at a place such as 'input.size[0]'; undefined where it says nothing. */
export function valueAt(card: unknown, field: string): unknown {
  const keys = field.match(/[^.[\]]+/g) ?? []
  return keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as JsonObject)[key] : undefined),
    card,
  )
}

/**
 * A card with what a part of one says in the place of what it said itself; things of several kinds as a
 * whole, fields of the input one by one.
 */
export function withPart(card: JsonObject, { input, ...whole }: JsonObject): JsonObject {
  if (!isObject(input)) return { ...card, ...whole }
  return { ...card, ...whole, input: { ...(isObject(card['input']) && card['input']), ...input } }
}

/** The card with another value at a place such as 'input.size'; undefined takes the field away. */
export function withValue(card: JsonObject, field: string, value: unknown): JsonObject {
  const [key = '', ...rest] = field.split('.')
  if (rest.length > 0) {
    const below = card[key]
    return { ...card, [key]: withValue(isObject(below) ? below : {}, rest.join('.'), value) }
  }
  return defined({ ...card, [key]: value })
}

/** Fields that have a value. */
export function defined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

/** `given` over `proposed`, object by object. */
export function merge(proposed: JsonObject, given: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...proposed }
  for (const [key, value] of Object.entries(given)) {
    const below = proposed[key]
    if (value === null && below !== undefined) continue
    merged[key] = isObject(below) && isObject(value) ? merge(below, value) : value
  }
  return merged
}

/** Names of all fields, e.g. 'input.name'. */
export function leavesOf(object: JsonObject): string[] {
  return Object.entries(object).flatMap(([key, value]) =>
    isObject(value) ? leavesOf(value).map((leaf) => `${key}.${leaf}`) : [key],
  )
}

/** Whether the object says something of a field, null included. */
export function has(object: JsonObject, [key = '', ...rest]: readonly string[]): boolean {
  if (rest.length === 0) return key in object
  const below = object[key]
  return isObject(below) && has(below, rest)
}

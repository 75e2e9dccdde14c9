export type JsonObject = Readonly<Record<string, unknown>>

/** Whether parsed JSON is an object, and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys of a place such as 'input.size[0]' or 'inputs["age.1"].kind', the outermost first. */
export function keysOf(place: string): string[] {
  return Array.from(place.matchAll(/\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g), ([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'),
  )
}

/** The place of keys: counts stand in brackets, and names that hold more than letters in quotes there. */
export function placeOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((place, key) => {
    if (typeof key === 'number') return `${place}[${key}]`
    const name = String(key)
    if (/^[A-Za-z_][\w-]*$/.test(name)) return `${place}${place === '' ? '' : '.'}${name}`
    return `${place}["${name.replaceAll(/["\\]/g, '\\$&')}"]`
  }, '')
}

/** What a card says at a place; undefined where it says nothing. */
export function valueAt(card: unknown, place: string): unknown {
  return keysOf(place).reduce<unknown>(
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

/** The card with another value at a place; undefined takes the field, or the entry of a list, away. */
export function withValue(card: JsonObject, place: string, value: unknown): JsonObject {
  return inObject(card, keysOf(place), value)
}

function inObject(object: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): JsonObject {
  return defined({ ...object, [key]: rest.length === 0 ? value : inside(object[key], rest, value) })
}

function inside(thing: unknown, keys: readonly string[], value: unknown): unknown {
  if (!Array.isArray(thing)) return inObject(isObject(thing) ? thing : {}, keys, value)
  const list: readonly unknown[] = thing
  const [key, ...rest] = keys
  const at = Number(key)
  const entry = rest.length === 0 ? value : inside(list[at], rest, value)
  return [...list.slice(0, at), ...(entry === undefined ? [] : [entry]), ...list.slice(at + 1)]
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

/** Places of all fields, e.g. 'input.name'. */
export function leavesOf(object: JsonObject, above: readonly string[] = []): string[] {
  return Object.entries(object).flatMap(([key, value]) =>
    isObject(value) ? leavesOf(value, [...above, key]) : [placeOf([...above, key])],
  )
}

/** Whether the object says something of a field, null included. */
export function has(object: JsonObject, [key = '', ...rest]: readonly string[]): boolean {
  if (rest.length === 0) return key in object
  const below = object[key]
  return isObject(below) && has(below, rest)
}

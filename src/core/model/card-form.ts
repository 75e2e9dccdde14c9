import type { z } from 'zod'
import { isTask, rulesOf } from '../tasks/tasks.ts'
import { exampleOf, type CardField } from './card-fields.ts'
import { cardSections, ownFields } from './card-sections.ts'
import { isObject, keysOf, placeOf, valueAt, type JsonObject } from './card-place.ts'
import { cardJsonSchema } from './card.ts'
import type { ModelFacts } from './model-facts.ts'

/** A value that can be chosen, in words. */
export interface FormChoice {
  readonly value: string | number
  readonly label: string
  /** For what is of several kinds: the fields beside it that a thing of this kind has too. */
  readonly keeps?: readonly string[]
}

/** One field of the form of a card, as the card so far has it. */
export interface FormField {
  /** Its place in the card, e.g. 'intensity.center'. */
  readonly field: string
  readonly section: string
  readonly label: string
  readonly reason: string
  readonly example: string
  readonly isRequired: boolean
  /** The value that is taken where the card has none. */
  readonly preset?: unknown
  /**
   * `part`: several fields that a card has together or not at all; `list`: entries that come and go, each
   * with its fields; `entry`: one of them; `pairs`: values by names; `json`: what no other kind can hold.
   */
  readonly kind:
    | 'text'
    | 'number'
    | 'numbers'
    | 'texts'
    | 'pairs'
    | 'choice'
    | 'yes-no'
    | 'part'
    | 'list'
    | 'entry'
    | 'json'
  /** The values of a `choice`; for a `text` those that are suggested; of a `list` by names, the names. */
  readonly choices?: readonly FormChoice[]
  /** What an entry of a `list` is called, or of a `choice` that a list may take the place of. */
  readonly entry?: string
}

/**
 * The fields of a card in the order in which they are asked: those that every card has, and those that what
 * is chosen in `card` brings with it. Made of the card's schema; words are `cardSections`'.
 */
export function cardForm(card: JsonObject, facts: ModelFacts): FormField[] {
  const task = card['task']
  const sections = cardSections(isTask(task) ? rulesOf(task).fields : [])
  const rows = sections.flatMap(({ title, fields }) => fields.map((row) => ({ title, row })))
  const rowOf = (words: string | undefined) => rows.findIndex(({ row }) => row.field === words)
  const placeIn = ({ words, thing }: Found) => Math.max(rowOf(words), rowOf(thing))
  const found = fieldsAt({ schema: cardJsonSchema(), path: [], words: '', isRequired: true }, card)
  const inWords = found
    .filter(({ field }) => !ownFields.includes(field))
    .map((each) => {
      // Fields of an entry stay together, where their list is asked for.
      const at = each.list === undefined ? placeIn(each) : rowOf(each.list)
      const own = rowOf(each.words)
      const entry = each.isListed === true ? rows[rowOf(`${each.words}[]`)]?.row.label : undefined
      const field = withWords(each, { facts, card }, rows[own < 0 ? rowOf(each.thing) : own])
      return { at: at < 0 ? rows.length : at, field: { ...field, ...(entry !== undefined && { entry }) } }
    })
  return inWords.sort((a, b) => a.at - b.at).map(({ field }) => field)
}

type Schema = z.core.JSONSchema.BaseSchema

interface Place {
  readonly schema: Schema
  readonly path: readonly (string | number)[]
  /** The path in words: entries of lists are all called '[]'. */
  readonly words: string
  readonly isRequired: boolean
  /** In words: the outermost list that it lies in. */
  readonly list?: string | undefined
}

interface Found {
  readonly field: string
  readonly words: string
  readonly list?: string | undefined
  /** What the field is the kind of, in words: `intensity` of `intensity.kind`. */
  readonly thing?: string
  readonly kind: FormField['kind']
  readonly isRequired: boolean
  readonly preset?: unknown
  readonly choices?: readonly Omit<FormChoice, 'label'>[]
  /** Whether it is a list with fields of its own, or may be one. */
  readonly isListed?: boolean
}

function fieldsAt(place: Place, card: JsonObject): Found[] {
  const { schema, path, isRequired } = place
  const kinds = kindsOf(schema)
  if (kinds !== undefined) return fieldsOfKinds(place, kinds, card)
  const entries = entrySchema(schema)
  if (entries !== undefined) return listAt(place, entries, card)
  const listed = (schema.anyOf ?? [])
    .map((each) => entrySchema(plain(each)))
    .find((each) => each !== undefined)
  if (listed !== undefined) return choiceOrListAt(place, listed, card)
  if (schema.properties === undefined) return leafAt(place)
  const isPart = path.length > 0 && !isRequired && schema.default === undefined
  const part: Found[] = isPart ? [{ ...aboutOf(place), kind: 'part' }] : []
  const isThere = !isPart || valueAt(card, placeOf(path)) !== undefined
  return isThere ? [...part, ...propertiesAt(place, card)] : part
}

function aboutOf({
  path,
  words,
  isRequired,
  list,
}: Place): Pick<Found, 'field' | 'words' | 'isRequired' | 'list'> {
  return { field: placeOf(path), words, isRequired, ...(list !== undefined && { list }) }
}

/**
 * What entries of a list, or of things by names, are like; undefined of what has none with fields of their
 * own.
 */
function entrySchema({ items, additionalProperties, properties }: Schema): Schema | undefined {
  const each = properties === undefined ? (additionalProperties ?? items) : undefined
  if (each === undefined || Array.isArray(each)) return undefined
  const schema = plain(each)
  return schema.properties !== undefined || kindsOf(schema) !== undefined ? schema : undefined
}

/** The list itself, then each of its entries with its fields. */
function listAt(place: Place, schema: Schema, card: JsonObject): Found[] {
  return [{ ...aboutOf(place), kind: 'list', isListed: true }, ...entriesAt(place, schema, card)]
}

/** What is one of a few values or, where the card has one, a list whose entries follow. */
function choiceOrListAt(place: Place, schema: Schema, card: JsonObject): Found[] {
  const own = leafAt(place).map((found) => ({ ...found, isListed: true }))
  return [...own, ...entriesAt(place, schema, card)]
}

function entriesAt(place: Place, schema: Schema, card: JsonObject): Found[] {
  const { path, words, list = words } = place
  const value = valueAt(card, placeOf(path))
  const keys = Array.isArray(value) ? [...value.keys()] : isObject(value) ? Object.keys(value) : []
  return keys.flatMap((key) => {
    const entry = { schema, path: [...path, key], words: `${words}[]`, isRequired: true, list }
    return [{ ...aboutOf(entry), kind: 'entry' } as const, ...fieldsAt(entry, card)]
  })
}

function propertiesAt({ schema, path, words, list }: Place, card: JsonObject, without?: string): Found[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== without)
    .flatMap(([name, each]) => {
      const isRequired = schema.required?.includes(name) === true
      const below = { path: [...path, name], words: inWords(words, name), isRequired, list }
      return fieldsAt({ schema: plain(each), ...below }, card)
    })
}

function inWords(words: string, name: string): string {
  return words === '' ? name : `${words}.${name}`
}

/** What is of several kinds: the kind is chosen, and brings its own fields. */
function fieldsOfKinds(place: Place, { key, kinds }: Kinds, card: JsonObject): Found[] {
  const { path, words, schema: of } = place
  const own = { ...place, path: [...path, key], words: inWords(words, key) }
  const usual: unknown = isObject(of.default) ? of.default[key] : undefined
  const chosen = kinds.find(
    (schema) => constantOf(schema, key) === (valueAt(card, placeOf(own.path)) ?? usual),
  )
  const choice: Found = {
    ...aboutOf(own),
    ...(path.length > 0 && { thing: words }),
    ...(usual !== undefined && { preset: usual }),
    kind: 'choice',
    choices: kinds.flatMap((schema) => {
      const value = constantOf(schema, key)
      return value === undefined ? [] : [{ value, keeps: keptBy(schema, chosen) }]
    }),
  }
  return [choice, ...propertiesAt({ ...place, schema: chosen ?? sharedBy(kinds) }, card, key)]
}

/** What a thing has whatever its kind is. */
function sharedBy([first, ...others]: readonly Schema[]): Schema {
  const shared = Object.entries(first?.properties ?? {}).filter(([name, own]) =>
    others.every(({ properties }) => {
      const other = properties?.[name]
      return other !== undefined && isLeaf(plain(own)) && plain(own).type === plain(other).type
    }),
  )
  return { ...first, properties: Object.fromEntries(shared) }
}

/** Fields that mean the same in a thing of another kind. */
function keptBy(schema: Schema, before: Schema | undefined): string[] {
  const own = schema.properties ?? {}
  return Object.entries(before?.properties ?? {}).flatMap(([name, was]) => {
    const is = own[name]
    const isSame = is !== undefined && (plain(is).type === plain(was).type || alike(is, was))
    return isSame && (isLeaf(plain(is)) || alike(is, was)) ? [name] : []
  })
}

function alike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function isLeaf(schema: Schema): boolean {
  return schema.type !== undefined && schema.type !== 'object'
}

interface Kinds {
  /** The field that they differ by. */
  readonly key: string
  readonly kinds: readonly Schema[]
}

function kindsOf({ oneOf, anyOf }: Schema): Kinds | undefined {
  const kinds = (oneOf ?? anyOf ?? []).map(plain)
  const [first] = kinds
  if (first === undefined || kinds.some(({ properties }) => properties === undefined)) return undefined
  const key = Object.keys(first.properties ?? {}).find((name) => {
    const values = kinds.map((schema) => constantOf(schema, name))
    return !values.includes(undefined) && new Set(values).size === kinds.length
  })
  return key === undefined ? undefined : { key, kinds }
}

function constantOf(schema: Schema, name: string): string | number | undefined {
  const property = schema.properties?.[name]
  const value = property === undefined ? undefined : plain(property).const
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

/** A field with one value that it always has is none of a form. */
function leafAt(place: Place): Found[] {
  const { schema, isRequired } = place
  const values = valuesOf(schema)
  const isFixed = values.length === 1 && (isRequired || schema.default !== undefined)
  if (isFixed) return []
  const about = { ...aboutOf(place), ...(schema.default !== undefined && { preset: schema.default }) }
  if (values.length > 0) return [{ ...about, kind: 'choice', choices: values.map((value) => ({ value })) }]
  return [{ ...about, kind: leafKind(schema) }]
}

function valuesOf(schema: Schema): (string | number)[] {
  const kinds = (schema.anyOf ?? schema.oneOf ?? [schema]).map(plain)
  const constants = kinds.filter(({ type }) => type !== 'array').map((each) => each.const)
  const all = schema.enum ?? (constants.includes(undefined) ? [] : constants)
  return all.filter((value) => typeof value === 'string' || typeof value === 'number')
}

function leafKind(schema: Schema): FormField['kind'] {
  const kinds = (schema.anyOf ?? [schema]).map(plain)
  const list = kinds.find(({ type }) => type === 'array')
  if (list !== undefined) return listKind(list)
  if (kinds.length > 1) return 'json'
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'yes-no'
    case 'object':
      return schema.additionalProperties === undefined ? 'json' : 'pairs'
    default:
      return 'json'
  }
}

function listKind({ items, prefixItems }: Schema): FormField['kind'] {
  const members = prefixItems ?? [items ?? {}]
  const types = members.flat().flatMap((each) => plain(each).type)
  const areNumbers = types.every((type) => type === 'number' || type === 'integer' || type === 'boolean')
  if (areNumbers) return 'numbers'
  return types.every((type) => type === 'string') ? 'texts' : 'json'
}

function plain(schema: z.core.JSONSchema._JSONSchema): Schema {
  return typeof schema === 'boolean' ? {} : schema
}

function withWords(
  { thing: _, words: __, list: ___, isListed: ____, choices, ...found }: Found,
  { facts, card }: { readonly facts: ModelFacts; readonly card: JsonObject },
  said: { readonly title: string; readonly row: CardField } | undefined,
): FormField {
  const { title = 'Other', row = { field: found.field, label: found.field, reason: '', example: '' } } =
    said ?? {}
  const entry = found.kind === 'entry' ? ` ${entryName(found.field)}` : ''
  const offered = choices ?? row.suggested?.(facts).map((value) => ({ value }))
  return {
    ...found,
    section: title,
    label: row.label + entry,
    reason: row.reason,
    example: exampleOf(row, facts, card),
    ...(offered && {
      choices: offered.map((each) => ({ ...each, label: row.choices?.[each.value] ?? String(each.value) })),
    }),
  }
}

/** "2" of the second, or the name that it has. */
function entryName(field: string): string {
  const key = keysOf(field).at(-1) ?? ''
  return /\[\d+\]$/.test(field) ? String(Number(key) + 1) : key
}

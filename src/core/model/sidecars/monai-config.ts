import { isObject, type JsonObject } from '../card-place.ts'

/**
 * One transform of a bundle's Compose, or an object of another kind, with references in its settings
 * followed.
 */
export interface BundleStep {
  /** The class, without the d of transforms of dictionaries. */
  readonly name: string
  readonly settings: JsonObject
}

/** Settings that may be one value for each key. */
const byKey: readonly string[] = ['mode', 'padding_mode', 'align_corners', 'anti_aliasing', 'dtype']

/** Returns the object at a key of a bundle's configuration; undefined where there is none. */
export function stepAt(config: JsonObject, key: string): BundleStep | undefined {
  const found = resolved(config, config[key])
  return isObject(found) ? stepOf(config, found) : undefined
}

/**
 * Returns the transforms of a Compose that touch the image, in order; of other keys, such as a label's, none.
 */
export function transformsAt(config: JsonObject, key: string): BundleStep[] {
  const compose = resolved(config, config[key])
  const list = resolved(config, isObject(compose) ? compose['transforms'] : compose)
  const steps = (Array.isArray(list) ? list : [])
    .map((one: unknown) => resolved(config, one))
    .filter(isObject)
    .filter((one) => one['_disabled_'] !== true)
    .map((one) => stepOf(config, one))
  const keys = steps.flatMap(keysOf)
  const image = keys.includes('image') ? 'image' : keys[0]
  return steps.flatMap((step) => ofKey(step, image))
}

function stepOf(config: JsonObject, one: JsonObject): BundleStep {
  return {
    name:
      String(one['_target_'])
        .split('.')
        .at(-1)
        ?.replace(/[dD]$|Dict$/, '') ?? '',
    settings: Object.fromEntries(Object.entries(one).map(([name, value]) => [name, resolved(config, value)])),
  }
}

function keysOf({ settings: { keys } }: BundleStep): string[] {
  return [keys].flat().filter((key) => typeof key === 'string')
}

/** The step as it is for one of its keys; none where it is for others alone. */
function ofKey(step: BundleStep, key: string | undefined): BundleStep[] {
  const keys = keysOf(step)
  if (key === undefined || keys.length === 0) return [step]
  const at = keys.indexOf(key)
  if (at < 0) return []
  const settings = Object.entries(step.settings).map(([name, value]) => {
    const isList = byKey.includes(name) && Array.isArray(value) && value.length === keys.length
    return [name, isList ? (value[at] as unknown) : value]
  })
  return [{ ...step, settings: Object.fromEntries(settings) as JsonObject }]
}

/**
 * A value with its reference followed, `@key`, `@key#0#name` or `@key::0::name`, as far as this file holds
 * it.
 */
function resolved(config: JsonObject, value: unknown, depth = 0): unknown {
  if (typeof value !== 'string' || !value.startsWith('@') || depth > 16) return value
  const found = value
    .slice(1)
    .split(/#|::/)
    .reduce<unknown>(
      (at, key) => (Array.isArray(at) ? at[Number(key)] : isObject(at) ? at[key] : undefined),
      config,
    )
  return resolved(config, found, depth + 1)
}

/** Returns a list of numbers; undefined for anything else, such as an expression (`$…`). */
export function numbersIn(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'number') ? value : undefined
}

/** Returns `count` whole numbers above 0, where one stands for all; undefined for anything else. */
export function extentsIn(value: unknown, count: number): number[] | undefined {
  const given = typeof value === 'number' ? Array.from({ length: count }, () => value) : numbersIn(value)
  return given?.length === count && given.every((one) => Number.isInteger(one) && one > 0) ? given : undefined
}

/**
 * Names settings that a reader doesn't know, as the rest of a sentence; those that have their `usual` value
 * change nothing.
 */
export function unreadSettings(
  { settings }: BundleStep,
  reads: readonly string[],
  usual: Readonly<Record<string, unknown>> = {},
): string[] {
  return Object.entries(settings)
    .filter(
      ([name, value]) => !reads.includes(name) && !harmless.includes(name) && !isUsual(value, usual[name]),
    )
    .map(([name, value]) => `has ${name} ${JSON.stringify(value)}, which can't be said in a card`)
}

function isUsual(value: unknown, usual: unknown): boolean {
  return value === null || (usual !== undefined && JSON.stringify(value) === JSON.stringify(usual))
}

/** Settings under which values and places of an image stay what they are. */
const harmless: readonly string[] = [
  ...['_target_', '_desc_', '_disabled_', '_requires_', '_mode_', 'keys', 'allow_missing_keys', 'lazy'],
  ...['device', 'track_meta', 'meta_keys', 'meta_key_postfix', 'image_only', 'overwriting', 'simple_keys'],
  ...['reader', 'ensure_channel_first', 'channel_dim', 'strict_check', 'expanduser', 'data_type'],
  ...['wrap_sequence', 'ensure_same_shape', 'prune_meta_pattern', 'prune_meta_sep'],
]

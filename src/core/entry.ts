import { internalError } from './errors.ts'

/**
 * Entry `index` of a list. Strides, pads and axes are as long as
 * what they describe, so an entry that there is not is a fault of ours: throws `internal`, never a default.
 */
export function entry<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index]
  if (value === undefined) throw internalError(`expected an entry ${index}, got a list of ${list.length}`)
  return value
}

/** The value of a map that holds every key it is asked for; throws `internal` where it does not. */
export function valueFor<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key)
  if (value === undefined) throw internalError(`expected a value for ${String(key)}, got none`)
  return value
}

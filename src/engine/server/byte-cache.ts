/** Values that are kept while they fit: the ones not used for longest go first. */
export interface ByteCache<Value> {
  /**
   * The value, made when it isn't kept; made once where several ask at the same time. A failure isn't kept.
   */
  get(key: string, make: () => Promise<Value>): Promise<Value>
  /** Forgets the keys that begin with this. */
  forget(prefix: string): void
  /** Lets values go until what is kept fits. */
  resize(bytes: number): void
  /** What is kept now. */
  readonly bytes: number
}

/**
 * A cache bounded by bytes, not by count: a value larger than the bound is made each time and never kept.
 * @param capacity in bytes
 * @param sizeOf a value's weight in bytes
 */
export function createByteCache<Value>(capacity: number, sizeOf: (value: Value) => number): ByteCache<Value> {
  const kept = new Map<string, Value>()
  const beingMade = new Map<string, Promise<Value>>()
  let limit = capacity
  let bytes = 0

  const drop = (key: string, value: Value) => {
    kept.delete(key)
    bytes -= sizeOf(value)
  }
  const shrink = () => {
    for (const [key, value] of kept) {
      if (bytes <= limit) return
      drop(key, value)
    }
  }
  const keep = (key: string, value: Value) => {
    const size = sizeOf(value)
    if (size > limit) return
    kept.set(key, value)
    bytes += size
    shrink()
  }
  const make = async (key: string, makeValue: () => Promise<Value>) => {
    const making = makeValue()
    beingMade.set(key, making)
    try {
      const value = await making
      // Not when the key was forgotten, or asked for anew, meanwhile.
      if (beingMade.get(key) === making) keep(key, value)
      return value
    } finally {
      if (beingMade.get(key) === making) beingMade.delete(key)
    }
  }
  return {
    get: (key, makeValue) => {
      const value = kept.get(key)
      if (value === undefined) return beingMade.get(key) ?? make(key, makeValue)
      // A map keeps the order of insertion, so the first key is always the one not used for longest.
      kept.delete(key)
      kept.set(key, value)
      return Promise.resolve(value)
    },
    forget: (prefix) => {
      for (const [key, value] of kept) if (key.startsWith(prefix)) drop(key, value)
      for (const key of beingMade.keys()) if (key.startsWith(prefix)) beingMade.delete(key)
    },
    resize: (next) => {
      limit = next
      shrink()
    },
    get bytes() {
      return bytes
    },
  }
}

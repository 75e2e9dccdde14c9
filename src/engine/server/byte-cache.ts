/**
 * Values that are kept while they fit, bounded by bytes, not by count: the ones not used for longest go
 * first. A value larger than the bound is made each time and never kept.
 */
export class ByteCache<Value> {
  private readonly kept = new Map<string, Value>()
  private readonly beingMade = new Map<string, Promise<Value>>()
  private held = 0

  /** @param capacity in bytes. @param sizeOf a value's weight in bytes */
  constructor(
    private capacity: number,
    private readonly sizeOf: (value: Value) => number,
  ) {}

  /** What is kept now, in bytes. */
  get bytes(): number {
    return this.held
  }

  /**
   * The value, made when it isn't kept; made once where several ask at the same time. A failure isn't kept.
   */
  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const value = this.kept.get(key)
    if (value === undefined) return this.beingMade.get(key) ?? this.make(key, make)
    // A map keeps the order of insertion, so the first key is always the one not used for longest.
    this.kept.delete(key)
    this.kept.set(key, value)
    return Promise.resolve(value)
  }

  /** Forgets the keys that begin with this. */
  forget(prefix: string): void {
    for (const [key, value] of this.kept) if (key.startsWith(prefix)) this.drop(key, value)
    for (const key of this.beingMade.keys()) if (key.startsWith(prefix)) this.beingMade.delete(key)
  }

  /** Lets values go until what is kept fits. */
  resize(bytes: number): void {
    this.capacity = bytes
    this.shrink()
  }

  private async make(key: string, makeValue: () => Promise<Value>): Promise<Value> {
    const making = makeValue()
    this.beingMade.set(key, making)
    try {
      const value = await making
      // Not when the key was forgotten, or asked for anew, meanwhile.
      if (this.beingMade.get(key) === making) this.keep(key, value)
      return value
    } finally {
      if (this.beingMade.get(key) === making) this.beingMade.delete(key)
    }
  }

  private keep(key: string, value: Value): void {
    const size = this.sizeOf(value)
    if (size > this.capacity) return
    this.kept.set(key, value)
    this.held += size
    this.shrink()
  }

  private shrink(): void {
    for (const [key, value] of this.kept) {
      if (this.held <= this.capacity) return
      this.drop(key, value)
    }
  }

  private drop(key: string, value: Value): void {
    this.kept.delete(key)
    this.held -= this.sizeOf(value)
  }
}

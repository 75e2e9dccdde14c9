/** What is made of something that is kept, and how long that takes is its own. */
type Work<Value, Made> = (value: Value) => Promise<Made> | Made

interface KeptOptions<Value> {
  /** Whether what was made still holds; always by default. */
  readonly holds?: (value: Value) => Promise<boolean>
  /** Lets go of what it holds besides memory. */
  readonly dispose?: (value: Value) => Promise<void>
  /** How long it is kept after its last use. */
  readonly restMs?: number
}

interface Kept<Value> {
  readonly key: string
  readonly value: Value
}

const usualRestMs = 5 * 60_000

/**
 * Keeps the one thing that was used last, such as a connected model, until nobody has used it for a while.
 */
export class LastKept<Value> {
  private kept: Kept<Value> | undefined
  private turn: Promise<unknown> = Promise.resolve()
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly options: KeptOptions<Value> = {}) {}

  /**
   * What `work` makes of the value of this key, which is made where another or none is kept. One at a time.
   * @throws as `make` and `work`
   */
  use<Made>(key: string, make: () => Promise<Value>, work: Work<Value, Made>): Promise<Made> {
    const working = this.turn.then(() => this.now(key, make, work))
    this.turn = working.catch(() => undefined)
    return working
  }

  private async now<Made>(key: string, make: () => Promise<Value>, work: Work<Value, Made>): Promise<Made> {
    clearTimeout(this.timer)
    try {
      return await work(await this.valueOf(key, make))
    } finally {
      this.timer = setTimeout(() => {
        this.turn = this.turn.then(() => this.letGo()).catch(() => undefined)
      }, this.options.restMs ?? usualRestMs)
      this.timer.unref()
    }
  }

  private async valueOf(key: string, make: () => Promise<Value>): Promise<Value> {
    const { kept } = this
    if (kept?.key === key && (await this.options.holds?.(kept.value)) !== false) return kept.value
    await this.letGo()
    const value = await make()
    this.kept = { key, value }
    return value
  }

  private async letGo(): Promise<void> {
    const left = this.kept
    this.kept = undefined
    if (left !== undefined) await this.options.dispose?.(left.value)
  }
}

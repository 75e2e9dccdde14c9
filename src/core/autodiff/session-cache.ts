import type { Runtime, RuntimeSession } from '../model/runtime.ts'
import { encodeModelApart } from '../onnx/codec.ts'
import type { OnnxModel } from '../onnx/graph.ts'

/** What the cache holds: something that must be disposed of. */
export interface Disposable {
  dispose(): Promise<void>
}

interface Entry<T> {
  readonly value: Promise<T>
  users: number
  /** No longer in the cache: disposed of by its last user. */
  evicted: boolean
}

/**
 * Keeps the `capacity` most recently used values. One that is evicted while in use is disposed of when its
 * last use ends.
 */
export class SessionCache<T extends Disposable> {
  private readonly entries = new Map<string, Entry<T>>()

  constructor(private readonly capacity: number) {}

  /**
   * Runs `work` on the value of a key, which is created if it is not there. A failed creation is forgotten.
   */
  async use<Result>(
    key: string,
    create: () => Promise<T>,
    work: (value: T) => Promise<Result>,
  ): Promise<Result> {
    const entry = this.entries.get(key) ?? { value: create(), users: 0, evicted: false }
    this.entries.delete(key)
    this.entries.set(key, entry)
    entry.users += 1
    try {
      const value = await entry.value.catch((error: unknown) => {
        if (this.entries.get(key) === entry) this.entries.delete(key)
        throw error
      })
      await this.evictBeyond(this.capacity)
      return await work(value)
    } finally {
      entry.users -= 1
      await disposeIfUnused(entry)
    }
  }

  /** Disposes of everything, of what is in use when its use ends. */
  async dispose(): Promise<void> {
    await this.evictBeyond(0)
  }

  private async evictBeyond(count: number): Promise<void> {
    const evicted = [...this.entries].slice(0, Math.max(this.entries.size - count, 0))
    for (const [key, entry] of evicted) {
      this.entries.delete(key)
      entry.evicted = true
    }
    await Promise.all(evicted.map(([, entry]) => disposeIfUnused(entry)))
  }
}

async function disposeIfUnused(entry: Entry<Disposable>): Promise<void> {
  if (!entry.evicted || entry.users > 0) return
  const value = await entry.value.catch(() => undefined)
  await value?.dispose()
}

/**
 * A session over a graph, whose constants it gets without a copy of ours. @throws as `Runtime.createSession`.
 */
export function createSession(runtime: Runtime, model: OnnxModel): Promise<RuntimeSession> {
  const { bytes, externalData } = encodeModelApart(model)
  return runtime.createSession(bytes, { externalData })
}

/**
 * Gives what comes many at a time to `apply` in batches, at most one in so many milliseconds. What waits when
 * the source ends or breaks is applied before that is told, and nothing after: a batch that came later would
 * undo what the listener makes of the end.
 * @throws whatever the source throws
 */
export async function inBatches<Item>(
  source: AsyncIterable<Item>,
  apply: (batch: readonly Item[]) => void,
  milliseconds: number,
): Promise<void> {
  let waiting: Item[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    timer = undefined
    const batch = waiting
    waiting = []
    if (batch.length > 0) apply(batch)
  }
  try {
    for await (const item of source) {
      waiting.push(item)
      timer ??= setTimeout(flush, milliseconds)
    }
  } finally {
    clearTimeout(timer)
    flush()
  }
}

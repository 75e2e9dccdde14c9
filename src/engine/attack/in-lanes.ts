/**
 * Works on items, as many at a time as there are lanes and each lane on one after the other, and yields the
 * results in the items' order. When one fails, or the caller leaves, the others are aborted and waited for;
 * then it throws.
 * @param work is given a signal that is aborted with `signal` too
 */
export async function* inLanes<Item, Lane, Result>(
  {
    items,
    lanes,
    signal,
  }: {
    readonly items: readonly Item[]
    readonly lanes: readonly Lane[]
    readonly signal?: AbortSignal | undefined
  },
  work: (item: Item, lane: Lane, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result> {
  const left = new AbortController()
  const either = signal === undefined ? left.signal : AbortSignal.any([left.signal, signal])
  const started: Promise<Result>[] = []
  const startNext = (lane: Lane) => {
    const item = items[started.length]
    if (item === undefined || left.signal.aborted) return
    const working = work(item, lane, either)
    started.push(working)
    working.then(
      () => {
        startNext(lane)
      },
      () => {
        left.abort()
      },
    )
  }
  lanes.forEach(startNext)
  try {
    // A lane starts its next item before anybody hears that it has ended the last one, so there always is one
    // more.
    for (let at = 0, working = started[0]; working !== undefined; working = started[++at]) yield await working
  } finally {
    left.abort()
    await Promise.allSettled(started)
  }
}

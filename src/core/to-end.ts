/** Runs a generator to its end for what it returns; `onNext` hears what it yields. */
export async function toEnd<Next, Result>(
  running: AsyncGenerator<Next, Result, void>,
  onNext: (next: Next) => void = () => undefined,
): Promise<Result> {
  for (;;) {
    const next = await running.next()
    if (next.done) return next.value
    onNext(next.value)
  }
}

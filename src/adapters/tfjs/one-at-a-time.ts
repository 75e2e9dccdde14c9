let last: Promise<unknown> = Promise.resolve()

/** TensorFlow.js has one current backend for the whole thread: whoever sets it works alone until done. */
export function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work)
  last = next.catch(() => undefined)
  return next
}

/** Events between those who send them and one who awaits them. */
export interface EventQueue<Event> {
  readonly push: (event: Event) => void
  /** No more will come. */
  readonly end: () => void
  /** What was pushed, in order, until the end. For one reader. */
  events(): AsyncGenerator<Event, void>
}

/**
 * @param replaces whether the newer event makes the older one, which nobody has read yet, worthless (progress
 * does)
 */
export function createEventQueue<Event>(
  replaces: (newer: Event, older: Event) => boolean,
): EventQueue<Event> {
  const waiting: Event[] = []
  let ended = false
  let wake: () => void = () => undefined
  return {
    push: (event) => {
      const last = waiting.at(-1)
      if (last !== undefined && replaces(event, last)) waiting.pop()
      waiting.push(event)
      wake()
    },
    end: () => {
      ended = true
      wake()
    },
    async *events() {
      for (;;) {
        const event = waiting.shift()
        if (event !== undefined) yield event
        else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}

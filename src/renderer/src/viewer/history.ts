/** States that were, are and can be again. */
export interface History<State> {
  /** Takes a state as the present one, unless it is equal to it; what was undone is then forgotten. */
  readonly keep: (state: State) => void
  /** The state before, now the present one; undefined where there is none. */
  readonly undo: () => State | undefined
  readonly redo: () => State | undefined
}

/** The most states that are kept: old ones are forgotten first. */
const mostStates = 200

/** @param textOf of equal states equal, of others not */
export function createHistory<State>(first: State, textOf: (state: State) => string): History<State> {
  let states: readonly State[] = [first]
  let at = 0
  const goTo = (place: number): State | undefined => {
    if (place in states) at = place
    else return undefined
    return states[at]
  }
  return {
    keep: (state) => {
      const present = states[at]
      if (present !== undefined && textOf(present) === textOf(state)) return
      states = [...states.slice(0, at + 1), state].slice(-mostStates)
      at = states.length - 1
    },
    undo: () => goTo(at - 1),
    redo: () => goTo(at + 1),
  }
}

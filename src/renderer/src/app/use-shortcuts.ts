import { useLayoutEffect } from 'react'
import { runCommand } from './commands.ts'
import { commandFor } from './shortcuts.ts'

/** Listens to the keys of the whole page, from the moment that it is seen. */
export function useShortcuts(): void {
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const focused = event.target instanceof Element ? event.target : document.body
      const command = event.defaultPrevented ? undefined : commandFor(event, focused)
      if (command === undefined) return
      event.preventDefault()
      runCommand(command)
    }
    window.addEventListener('keydown', pressed)
    return () => {
      window.removeEventListener('keydown', pressed)
    }
  }, [])
}

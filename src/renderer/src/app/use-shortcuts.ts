import { useLayoutEffect, useMemo } from 'react'
import { useSettings } from '../state/settings.ts'
import { runCommand, type Command } from './commands.ts'
import { commandFor, keyOf, type Shortcut, shortcuts, withKeys } from './shortcuts.ts'

/** Every shortcut at the keys that the user has chosen. */
export function useShortcutTable(): readonly Shortcut[] {
  const moved = useSettings()?.keys
  return useMemo(() => (moved === undefined ? shortcuts : withKeys(moved)), [moved])
}

/** The key of a command, for its button. */
export function useKeyOf(command: Command): string | undefined {
  return keyOf(command, useShortcutTable())
}

/** Listens to the keys of the whole page, from the moment that it is seen. */
export function useShortcuts(): void {
  const all = useShortcutTable()
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const focused = event.target instanceof Element ? event.target : document.body
      const command = event.defaultPrevented ? undefined : commandFor(event, focused, all)
      if (command === undefined) return
      event.preventDefault()
      runCommand(command)
    }
    window.addEventListener('keydown', pressed)
    return () => {
      window.removeEventListener('keydown', pressed)
    }
  }, [all])
}

import { methodGroups } from '../../core/attacks/attack-methods.ts'
import { canBeCoupled } from '../../core/attacks/method-coupling.ts'
import type { MethodEntry } from '../../core/attacks/method-entry.ts'
import { settingText } from './setting-text.ts'

/** What a form, a help page or the documentation says of a method. */
export interface MethodHelp extends Omit<MethodEntry, 'configure'> {
  readonly name: string
  /** Kind of method, such as "Black box". */
  readonly group: string
  /** Whether it may attack slices whose predictions depend on their neighbours. */
  readonly stacks: boolean
  /** Whether comparisons take it, which fit no features. */
  readonly compares: boolean
}

export function methodsHelp(): MethodHelp[] {
  return Object.entries<Readonly<Record<string, MethodEntry>>>(methodGroups).flatMap(([group, methods]) =>
    Object.entries(methods).map(([name, entry]) => ({ name, group, ...helpOf(name, entry) })),
  )
}

function helpOf(name: string, entry: MethodEntry): Omit<MethodHelp, 'name' | 'group'> {
  const { title, summary, equation, source, tasks, settings } = entry
  const compares = entry.configure({}).hides === undefined
  return { title, summary, equation, source, tasks, settings, stacks: canBeCoupled(name), compares }
}

/** "Number of iterations. Preset: 10." */
export function settingHelpText({ explanation, preset }: MethodHelp['settings'][number]): string {
  return preset === null ? explanation : `${explanation} Preset: ${settingText(preset)}.`
}

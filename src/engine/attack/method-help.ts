import { methodGroups } from '../../core/attacks/attack-methods.ts'
import type { MethodEntry } from '../../core/attacks/method-entry.ts'
import { settingText } from './setting-text.ts'

/** What a form, a help page or the documentation says of a method. */
export interface MethodHelp extends Omit<MethodEntry, 'configure'> {
  /** Kind of method, such as "Black box". */
  readonly group: string
  /** Whether comparisons take it, which connect no inner tensors. */
  readonly compares: boolean
}

export function methodsHelp(): MethodHelp[] {
  return Object.entries<readonly MethodEntry[]>(methodGroups).flatMap(([group, methods]) =>
    methods.map((entry) => ({ ...helpOf(entry), group })),
  )
}

function helpOf(entry: MethodEntry): Omit<MethodHelp, 'group'> {
  const { configure: _, ...help } = entry
  return { ...help, compares: entry.configure({}).inner === undefined }
}

/** "Number of iterations. Preset: 10." */
export function settingHelpText({ explanation, preset }: MethodHelp['settings'][number]): string {
  return preset === null ? explanation : `${explanation} Preset: ${settingText(preset)}.`
}

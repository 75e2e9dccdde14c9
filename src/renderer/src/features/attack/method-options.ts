import type { MethodHelp } from '../../api/types.ts'

interface MethodOptions {
  readonly group: string
  readonly items: { readonly value: string; readonly label: string }[]
}

/** Methods for a list to choose from, by kind. */
export function methodOptions(methods: readonly MethodHelp[]): MethodOptions[] {
  const groups = new Map<string, MethodOptions['items']>()
  for (const { group, name, title } of methods) {
    const items = groups.get(group) ?? []
    items.push({ value: name, label: title })
    groups.set(group, items)
  }
  return [...groups].map(([group, items]) => ({ group, items }))
}

import type { ShownClass } from './mask-pixels.ts'

/**
 * Colours of classes in strips and charts: told apart by readers with any colour vision (after Okabe and
 * Ito), on dark grounds.
 */
const palette = [
  '#56b4e9',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#f0e442',
  '#d55e00',
  '#0072b2',
  '#b3b3b3',
] as const

export function classColour(index: number): string {
  return palette[((index % palette.length) + palette.length) % palette.length] ?? palette[0]
}

/** Classes by name, all or some, with their colours. */
export function shownClasses(classes: readonly string[], names: readonly string[] = classes): ShownClass[] {
  return names.map((name) => {
    const index = classes.indexOf(name)
    return { index, name, colour: classColour(index) }
  })
}

/** The colour of a class by name; grey for one that the model does not have, e.g. 'none'. */
export function colourOfClass(name: string, classes: readonly string[]): string {
  const index = classes.indexOf(name)
  return index < 0 ? '#868e96' : classColour(index)
}

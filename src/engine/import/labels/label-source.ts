import type { SourceFile } from '../find-sources.ts'

/** An image that was imported, and what may name its label. */
export interface LabelledImage {
  /** In the import's folder. */
  readonly path: string
  readonly sopInstanceUid: string
  readonly rows: number
  readonly columns: number
  /** The file that it is of. */
  readonly source: string
  /** The label that came with its pixels, in an archive of arrays. */
  readonly ownLabel: string | undefined
}

/** A box in pixels: edges, from the image's left and upper edge. */
export interface LabelBox {
  readonly class: string
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/** What is said of an image. */
export type ImportLabel =
  | { readonly kind: 'classes'; readonly label: string }
  | { readonly kind: 'boxes'; readonly boxes: readonly LabelBox[] }

/** Labels that were found or given. */
export interface LabelSource {
  readonly kind: ImportLabel['kind']
  /** Where they come from, in words. */
  readonly from: string
  readonly notices: readonly string[]
  /** Undefined of images that it says nothing of. */
  of(image: LabelledImage): ImportLabel | undefined
}

/**
 * Finds the file that a table means by a name: a path, the end of one, or a name without its format's ending.
 */
export function sourceFinder(
  images: readonly Pick<SourceFile, 'name'>[],
): (given: string) => string | undefined {
  const known = new Map<string, string | null>()
  for (const { name } of images)
    for (const key of new Set(keysOf(name))) known.set(key, known.has(key) ? null : name)
  return (given) =>
    keysOf(given)
      .flatMap((key) => known.get(key) ?? [])
      .at(0)
}

/** Bytes of a name that is no UTF-8, as the letters that they are in Latin-1: so tables have them. */
function asLatin(name: string): string {
  return name.replace(/[\udc80-\udcff]/gu, (lone) => String.fromCharCode(lone.charCodeAt(0) - 0xdc00))
}

/** A path and its ends, with and without the ending; the longest first. */
function keysOf(name: string): string[] {
  const parts = asLatin(name).normalize('NFC').replaceAll('\\', '/').replace(/^\.\//, '').split('/')
  const ends = parts.map((_, n) => parts.slice(n).join('/'))
  return [...ends, ...ends.map((end) => end.replace(/(\.nii)?\.[A-Za-z0-9]{2,5}$/, ''))].filter(
    (key) => key !== '',
  )
}

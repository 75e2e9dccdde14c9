import { isPortableName } from '../../adapters/fs/file-names.ts'
import { addCount } from '../../core/counts.ts'
import { fourDigits } from '../../core/number-texts.ts'

/** Ends of image files' names that a DICOM file's does not keep. */
const imageEnd = /\.(nii\.gz|png|jpe?g|jpe|jfif|tiff?|bmp|dib|webp|nii|nrrd|npy|npz)$/i

/** A file's name without what says its format. */
export function stemOf(name: string): string {
  return name.replace(imageEnd, '')
}

/**
 * Names of DICOM files: each once, also where letters of either case are one, and such that any system holds
 * them.
 */
export function outputNames(names: readonly string[]): (name: string) => string {
  const stems = new Map<string, number>()
  for (const name of names) addCount(stems, keyOf(stemOf(name)))
  const taken = new Set<string>()
  const given = new Map<string, string>()
  for (const name of names) {
    const isAlone = stems.get(keyOf(stemOf(name))) === 1
    const wanted = portable(isAlone ? stemOf(name) : name)
    let free = wanted
    for (let n = 2; taken.has(keyOf(free)); n++) free = `${wanted}-${n}`
    taken.add(keyOf(free))
    given.set(name, free)
  }
  return (name) => given.get(name) ?? portable(name)
}

function keyOf(name: string): string {
  return portable(name).normalize('NFC').toLowerCase()
}

function portable(name: string): string {
  return name
    .split('/')
    .map((part) => {
      const plain = part.replace(/[<>:"\\|?*\0-\x1f\ud800-\udfff]/gu, '_').replace(/[. ]+$/, '_')
      return isPortableName(plain) ? plain : `_${plain}`
    })
    .join('/')
}

/**
 * Where an image of a file lies: the file's own name for a picture, a numbered one in its folder for a slice.
 */
export function imagePath(
  name: string,
  {
    label,
    count,
    index,
  }: { readonly label: string | undefined; readonly count: number; readonly index: number },
): string {
  if (count === 1 && label === undefined) return `images/${name}.dcm`
  const stack = label === undefined ? '' : `/${portable(label)}`
  return `images/${name}${stack}/${fourDigits(index + 1)}.dcm`
}

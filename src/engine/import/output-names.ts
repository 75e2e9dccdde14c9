import { isPortableName } from '../../adapters/fs/file-names.ts'
import { addCount } from '../../core/counts.ts'
import { fourDigits } from '../../core/number-texts.ts'
import type { SourceFile } from './find-sources.ts'

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

/** nnU-Net's channel of a volume, at the end of its name. */
const channelEnd = /_(\d{4})$/
/** More files of one name than this are no channels, but numbered. */
const mostChannels = 8
const volumes: readonly string[] = ['nifti', 'nrrd']

/** Volumes that are the channels of one case, by nnU-Net's names: CASE_0000.nii.gz, CASE_0001.nii.gz, … */
export class Cases {
  /** How many channels each case has. */
  private readonly channels = new Map<string, number>()

  constructor(images: readonly Pick<SourceFile, 'name' | 'format'>[]) {
    const found = new Map<string, Set<string>>()
    for (const { name, format } of images) {
      const stem = stemOf(name)
      const [, channel] = channelEnd.exec(stem) ?? []
      if (channel === undefined || !volumes.includes(format)) continue
      const of = stem.replace(channelEnd, '')
      found.set(of, (found.get(of) ?? new Set()).add(channel))
    }
    for (const [of, numbers] of found)
      if (numbers.size > 1 && numbers.size <= mostChannels && areFromZero(numbers))
        this.channels.set(of, numbers.size)
  }

  /** The case of a file; undefined of one that is a volume, or a picture, by itself. */
  of(name: string): string | undefined {
    const stem = stemOf(name)
    const found = stem.replace(channelEnd, '')
    return found !== stem && this.channels.has(found) ? found : undefined
  }

  /** What was assumed of names, in a sentence; none where there are no cases. */
  notices(): string[] {
    const { size } = this.channels
    if (size === 0) return []
    const what = size === 1 ? '1 case has' : `${size} cases have`
    return [
      `${what} several channels by nnU-Net's names (_0000, _0001 …): each case is an examination of its own, its channels lie in one frame of reference.`,
    ]
  }
}

function areFromZero(numbers: ReadonlySet<string>): boolean {
  return Array.from({ length: numbers.size }, (_, n) => String(n).padStart(4, '0')).every((number) =>
    numbers.has(number),
  )
}

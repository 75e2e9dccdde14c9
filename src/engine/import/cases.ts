import type { SourceFile } from './find-sources.ts'
import { stemOf } from './output-names.ts'

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

import { RadversaryError } from '../../core/errors.ts'
import type { SourceFile } from './find-sources.ts'
import { stemOf } from './output-names.ts'

/** What follows an image's name in its mask's. */
export const maskEnd = /[-_. ]?(masks?|seg|segmentation|labels?|gt|groundtruth|roi)$/i
/** nnU-Net's channel of an image, which its mask's name doesn't have. */
const channelEnd = /_\d{4}$/

/**
 * The mask of an image by its name, why there are several that may be it, or undefined where there is none.
 */
export type MaskFinder = (image: string) => SourceFile | RadversaryError | undefined

interface Match {
  readonly image: string
  readonly mask: SourceFile | RadversaryError
  /** Folders and names that agree; more is surer. */
  readonly parts: number
}

/**
 * Finds masks that are named as their images are, with or without "_mask", "_seg" and the like, and without
 * nnU-Net's channel. Of several with the same name those whose folders agree are taken; where none is surer
 * than another, none is.
 */
export function maskFinder(masks: readonly SourceFile[], images: readonly string[]): MaskFinder {
  const byEnd = new Map<string, SourceFile[]>()
  for (const mask of masks)
    for (const end of new Set(endsOf(mask.name).flatMap((each) => [each, each.replace(maskEnd, '')])))
      byEnd.set(end, [...(byEnd.get(end) ?? []), mask])
  const matches = new Map<string, Match>()
  for (const image of images) {
    const match = longestMatch(image, byEnd)
    if (match !== undefined) matches.set(image, match)
  }
  refuseShared(matches)
  return (image) => matches.get(image)?.mask
}

/** A name without its ending, and with one after the other of its folders before it. */
function endsOf(name: string): string[] {
  const parts = stemOf(name).normalize('NFC').split('/')
  return parts.map((_, n) => parts.slice(parts.length - 1 - n).join('/'))
}

function longestMatch(image: string, byEnd: ReadonlyMap<string, readonly SourceFile[]>): Match | undefined {
  for (const end of endsOf(image).reverse())
    for (const key of [end, end.replace(channelEnd, '')]) {
      const [first, ...others] = byEnd.get(key) ?? []
      const parts = end.split('/').length
      if (first === undefined) continue
      return { image, mask: others.length === 0 ? first : ambiguous(image, [first, ...others]), parts }
    }
  return undefined
}

/**
 * Takes back what images of other names have of a mask that is surer another's. Channels of one image share
 * it.
 */
function refuseShared(matches: Map<string, Match>): void {
  const owners = new Map<SourceFile, Match[]>()
  for (const match of matches.values())
    if (!(match.mask instanceof RadversaryError))
      owners.set(match.mask, [...(owners.get(match.mask) ?? []), match])
  for (const [mask, claims] of owners) {
    const most = Math.max(...claims.map(({ parts }) => parts))
    const surest = claims.filter(({ parts }) => parts === most)
    const isOne = new Set(surest.map(({ image }) => stemOf(image).replace(channelEnd, ''))).size === 1
    for (const claim of claims)
      if (claim.parts < most) matches.delete(claim.image)
      else if (!isOne) matches.set(claim.image, { ...claim, mask: shared(mask, surest) })
  }
}

function ambiguous(image: string, masks: readonly SourceFile[]): RadversaryError {
  return unsure(
    image,
    'one file of its name',
    masks.map(({ name }) => name),
  )
}

function shared({ name }: SourceFile, claims: readonly Match[]): RadversaryError {
  return unsure(
    name,
    'one image of its name',
    claims.map(({ image }) => image),
  )
}

function unsure(file: string, expected: string, got: readonly string[]): RadversaryError {
  const some = got.slice(0, 3).join(', ') + (got.length > 3 ? ', …' : '')
  return new RadversaryError('labels-invalid', `Mask: expected ${expected}, got ${some}`, {
    file,
    tip: 'Put masks in folders named as those of their images.',
  })
}

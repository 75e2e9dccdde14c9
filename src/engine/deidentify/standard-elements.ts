import { elements as dictionary } from '@iwharris/dicom-data-dictionary'
import { profileRow } from '../../core/dicom/deidentify/profile.ts'
import { RadversaryError } from '../../core/errors.ts'

/** VR of a standard element (PS3.6), the first where there are several; undefined where there is none. */
export function standardVr(tag: number): string | undefined {
  const vr = dictionary[keyOf(tag)]?.vr.split(' ')[0]
  return vr === undefined || !/^[A-Z]{2}$/.test(vr) ? undefined : vr
}

/** Keyword of a standard element (PS3.6), empty where there is none. */
export function keywordOf(tag: number): string {
  return dictionary[keyOf(tag)]?.keyword ?? ''
}

/**
 * The tag of a descriptor of the profile, by its keyword or as (gggg,eeee).
 * @throws RadversaryError usage for what is none
 */
export function descriptorTag(name: string): number {
  const digits = /^\(?([0-9a-f]{4}),?([0-9a-f]{4})\)?$/i.exec(name.trim())
  const found =
    digits === null
      ? Object.values(dictionary)
          .find(({ keyword }) => keyword === name.trim())
          ?.tag.replace(/\W/g, '')
      : `${digits[1] ?? ''}${digits[2] ?? ''}`
  const tag = found === undefined ? NaN : parseInt(found, 16)
  if (profileRow(tag)?.options.has('clean-descriptors') === true) return tag
  throw new RadversaryError(
    'usage',
    `Keep: expected a descriptor of the profile, such as SeriesDescription or 0008,103E, got "${name}"`,
    { tip: 'Only descriptors (option clean-descriptors of PS3.15 table E.1-1) can be vouched for.' },
  )
}

function keyOf(tag: number): string {
  const digits = tag.toString(16).toUpperCase().padStart(8, '0')
  return `(${digits.slice(0, 4)},${digits.slice(4)})`
}

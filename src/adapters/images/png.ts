import { onePicture, type SourceImages } from '../../core/image/source-images.ts'
import { decodedPng, unpacked } from '../png/read-png.ts'
import { checkPicture, damaged } from './faults.ts'
import { fromPalette, pictureOf } from './samples.ts'

/**
 * A PNG of 1 to 16 bits, its values as they are stored; a palette's indices become its colours.
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export function readPngPicture(bytes: Uint8Array, file: string): SourceImages {
  const check = (claimed: { readonly rows: number; readonly columns: number }) => {
    checkPicture('PNG', claimed.rows, claimed.columns, file)
  }
  const fault = { code: 'image-unreadable', tip: damaged } as const
  const { rows, columns, depth, channels, data, ...more } = decodedPng(bytes, file, check, fault)
  const size = { format: 'PNG', rows, columns } as const
  const packed = depth < 8 && data instanceof Uint8Array ? unpacked(data, [rows, columns], depth) : data
  const values = packed instanceof Uint8ClampedArray ? Uint8Array.from(packed) : packed
  if (more.palette !== undefined) return onePicture({ ...size, ...fromPalette(values, more.palette) })
  const keyed =
    more.transparency === undefined ? [] : ['A colour that stands for transparency is kept as it is.']
  const picture = pictureOf(values, channels, depth)
  return onePicture({ ...size, ...picture, notices: [...picture.notices, ...keyed] })
}

import { extname } from 'node:path'
import { unreadable } from './faults.ts'

/** Formats that are read. */
export type Format = 'png' | 'jpeg' | 'tiff' | 'bmp' | 'webp' | 'nifti' | 'nrrd' | 'npy' | 'npz'

const ascii = (bytes: Uint8Array, start: number, length: number) =>
  String.fromCharCode(...bytes.subarray(start, start + length))

/** How a format is known: by its first bytes or, where these are of others too, by its name. */
const signs: Readonly<
  Record<
    Format,
    { readonly names: readonly string[]; readonly is: (head: Uint8Array, name: string) => boolean }
  >
> = {
  png: { names: ['.png'], is: (head) => ascii(head, 1, 3) === 'PNG' && head[0] === 0x89 },
  jpeg: {
    names: ['.jpg', '.jpeg', '.jpe', '.jfif'],
    is: (head) => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff,
  },
  tiff: {
    names: ['.tif', '.tiff'],
    is: (head) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(head, 0, 4)),
  },
  bmp: {
    names: ['.bmp', '.dib'],
    is: (head, name) => ascii(head, 0, 2) === 'BM' && ['.bmp', '.dib'].includes(extname(name)),
  },
  webp: { names: ['.webp'], is: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 4) === 'WEBP' },
  nifti: { names: ['.nii', '.nii.gz'], is: isNifti },
  nrrd: { names: ['.nrrd'], is: (head) => ascii(head, 0, 7) === 'NRRD000' },
  npy: { names: ['.npy'], is: (head) => ascii(head, 1, 5) === 'NUMPY' && head[0] === 0x93 },
  npz: { names: ['.npz'], is: (head, name) => ascii(head, 0, 2) === 'PK' && extname(name) === '.npz' },
}

function isNifti(head: Uint8Array, name: string): boolean {
  if (name.endsWith('.nii.gz')) return head[0] === 0x1f && head[1] === 0x8b
  return ['n+1\0', 'ni1\0'].includes(ascii(head, 344, 4)) || ['n+2\0', 'ni2\0'].includes(ascii(head, 4, 4))
}

/** Whether a file is called as images are that can be imported. */
export function isNamedAsImage(file: string): boolean {
  const name = file.toLowerCase()
  return Object.values(signs).some(({ names }) => names.some((end) => name.endsWith(end)))
}

/** Bytes of a file's beginning that say what it is. */
export const headBytes = 352

/**
 * What a file is by its beginning; undefined of one that is no image. @throws RadversaryError
 * image-unreadable where its name is an image's, and its beginning is not.
 */
export function formatOf(head: Uint8Array, file: string): Format | undefined {
  const name = file.toLowerCase()
  const formats = Object.keys(signs) as Format[]
  const found = formats.find((format) => signs[format].is(head, name))
  const named = formats.find((format) => signs[format].names.some((end) => name.endsWith(end)))
  if (found !== undefined || named === undefined) return found
  throw unreadable(
    named.toUpperCase(),
    'its signature',
    head.length === 0 ? 'an empty file' : 'other bytes',
    file,
  )
}

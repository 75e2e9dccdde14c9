import { RadversaryError } from '../errors.ts'
import type { Shape } from './tensor.ts'

/** What the header of a .npy file says. */
export interface NpyHeader {
  /** NumPy's type string, one of the supported ones. */
  readonly descr: string
  readonly fortranOrder: boolean
  readonly shape: Shape
  /** Where the data begins, in bytes. */
  readonly dataOffset: number
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
const supported = ['<f4', '<f8', '<i2', '<u2', '<i4', '<i8', '|i1', '|u1', '|b1']

/**
 * Throws `tensor-invalid` naming `file`: not a .npy file, a version, type or shape that is not supported, or
 * a truncated header.
 */
export function parseNpyHeader(bytes: Uint8Array, file?: string): NpyHeader {
  const fail = (found: string, tip?: string) =>
    new RadversaryError('tensor-invalid', `npy: ${found}`, { file, tip })
  if (magic.some((byte, i) => bytes[i] !== byte))
    throw fail(
      'expected a NumPy array file',
      'Save the array with numpy.save(); .npz archives and raw files are not read.',
    )
  const version = bytes[6] ?? 0
  if (version < 1 || version > 3) throw fail(`expected format version 1, 2 or 3, got ${version}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const textOffset = version === 1 ? 10 : 12
  if (bytes.length < textOffset) throw fail(`expected a header, got a file of ${bytes.length} bytes`)
  const dataOffset = textOffset + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (bytes.length < dataOffset)
    throw fail(`expected a header of ${dataOffset} bytes, got a file of ${bytes.length}`)
  const text = new TextDecoder('utf-8').decode(bytes.subarray(textOffset, dataOffset))
  const fields = parseFields(text)
  if (fields === undefined)
    throw fail(`expected the fields descr, fortran_order and shape, got ${text.trim().slice(0, 120)}`)
  if (!supported.includes(fields.descr))
    throw fail(
      `expected one of the types ${supported.join(' ')}, got ${fields.descr}`,
      'Convert the array with astype().',
    )
  return { ...fields, dataOffset }
}

/** The header of a version 1 file, up to the data: padded with blanks to a multiple of 64 bytes. */
export function formatNpyHeader(descr: string, shape: Shape): Uint8Array {
  const tuple = shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(', ')})`
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  const length = Math.ceil((10 + fields.length + 1) / 64) * 64
  const header = new Uint8Array(length)
  header.set([...magic, 1, 0, (length - 10) & 0xff, (length - 10) >> 8])
  header.set(new TextEncoder().encode(fields.padEnd(length - 11) + '\n'), 10)
  return header
}

/** The header is a Python dictionary literal with exactly these keys. */
function parseFields(text: string): Omit<NpyHeader, 'dataOffset'> | undefined {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  const tuple = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || tuple === undefined) return undefined
  const shape = tuple.split(',').flatMap((extent) => (extent.trim() === '' ? [] : [Number(extent)]))
  if (!shape.every((extent) => Number.isSafeInteger(extent))) return undefined
  return { descr, fortranOrder: order === 'True', shape }
}

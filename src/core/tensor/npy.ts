import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { byteAt } from '../math/bytes.ts'
import { extentOf, type Shape, sizeOf, tensor, type Tensor } from './tensor.ts'

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
const supported = ['<f4', '<f8', '<i2', '<u2', '<i4', '<u4', '<i8', '|i1', '|u1', '|b1']

/**
 * Throws `tensor-invalid` naming `file`: not a .npy file, a version, type or shape that is not supported, or
 * a truncated header.
 */
function parseNpyHeader(bytes: Uint8Array, file?: string): NpyHeader {
  const fail = (found: string, tip?: string) =>
    new RadversaryError('tensor-invalid', `npy: ${found}`, { file, tip })
  if (magic.some((byte, i) => bytes[i] !== byte))
    throw fail(
      'expected a NumPy array file',
      'Save the array with numpy.save(); .npz archives and raw files are not read.',
    )
  const version = byteAt(bytes, 6)
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
function formatNpyHeader(descr: string, shape: Shape): Uint8Array {
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

/** NumPy's array types that we exchange, little endian, by their name and in C order. */
export type NpyArray =
  | { readonly dataType: 'float32'; readonly shape: Shape; readonly data: Float32Array }
  | { readonly dataType: 'float64'; readonly shape: Shape; readonly data: Float64Array }
  | { readonly dataType: 'int8'; readonly shape: Shape; readonly data: Int8Array }
  | { readonly dataType: 'int16'; readonly shape: Shape; readonly data: Int16Array }
  | { readonly dataType: 'uint16'; readonly shape: Shape; readonly data: Uint16Array }
  | { readonly dataType: 'int32'; readonly shape: Shape; readonly data: Int32Array }
  | { readonly dataType: 'uint32'; readonly shape: Shape; readonly data: Uint32Array }
  | { readonly dataType: 'int64'; readonly shape: Shape; readonly data: BigInt64Array }
  | { readonly dataType: 'uint8' | 'bool'; readonly shape: Shape; readonly data: Uint8Array }

/**
 * Reads a .npy file (format versions 1 to 3; <f4 <f8 <i2 <u2 <i4 <u4 <i8 |i1 |u1 |b1; C or Fortran order,
 * given back in C order). Throws `tensor-invalid` naming `file`. Format: numpy.lib.format.
 */
export function readNpy(bytes: Uint8Array, file?: string): NpyArray {
  const { descr, fortranOrder, shape, dataOffset } = parseNpyHeader(bytes, file)
  const elementSize = Number(descr.slice(2))
  const expected = sizeOf(shape) * elementSize
  if (bytes.length - dataOffset !== expected)
    throw new RadversaryError(
      'tensor-invalid',
      `npy: expected ${expected} bytes of data for ${descr} [${shape.join(', ')}], got ${bytes.length - dataOffset}`,
      { file },
    )
  // Copied: a Buffer's own slice would be a view of memory that it shares.
  const array = arrayOf(descr, shape, new Uint8Array(bytes.subarray(dataOffset)).buffer)
  return fortranOrder ? inCOrder(array) : array
}

/** The bytes of a .npy file of version 1, in C order. */
export function writeNpy({ dataType, shape, data }: NpyArray): Uint8Array {
  const header = formatNpyHeader(descrOf[dataType], shape)
  const bytes = new Uint8Array(header.length + data.byteLength)
  bytes.set(header)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length)
  return bytes
}

/**
 * Any numeric array as float32; int64 and float64 are rounded to the nearest float32. Throws `tensor-invalid`
 * naming `file` for NaN and infinities, also those that float64 values become.
 */
export function tensorFromNpy({ dataType, shape, data }: NpyArray, file?: string): Tensor {
  const values =
    dataType === 'float32'
      ? data
      : dataType === 'int64'
        ? Float32Array.from(data, Number)
        : Float32Array.from(data)
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return tensor(shape, values)
  throw new RadversaryError(
    'tensor-invalid',
    `npy: expected finite numbers, got ${data[at]} at [${indexOf(at, shape).join(', ')}]`,
    {
      file,
      tip: 'Replace NaN and infinities, e.g. with numpy.nan_to_num, where you know what they stand for.',
    },
  )
}

/** Index of the element at a place in C order. */
function indexOf(at: number, shape: Shape): number[] {
  const index: number[] = []
  let rest = at
  for (const extent of [...shape].reverse()) {
    index.unshift(rest % extent)
    rest = Math.floor(rest / extent)
  }
  return index
}

export function npyFromTensor({ shape, data }: Tensor): NpyArray {
  return { dataType: 'float32', shape, data }
}

const descrOf = {
  float32: '<f4',
  float64: '<f8',
  int8: '|i1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint8: '|u1',
  bool: '|b1',
} as const

/**
 * Typed arrays read in the machine's byte order; every machine that Node or Electron runs on is little
 * endian.
 */
function arrayOf(descr: string, shape: Shape, buffer: ArrayBuffer): NpyArray {
  switch (descr) {
    case '<f4':
      return { dataType: 'float32', shape, data: new Float32Array(buffer) }
    case '<f8':
      return { dataType: 'float64', shape, data: new Float64Array(buffer) }
    case '|i1':
      return { dataType: 'int8', shape, data: new Int8Array(buffer) }
    case '<i2':
      return { dataType: 'int16', shape, data: new Int16Array(buffer) }
    case '<u2':
      return { dataType: 'uint16', shape, data: new Uint16Array(buffer) }
    case '<i4':
      return { dataType: 'int32', shape, data: new Int32Array(buffer) }
    case '<u4':
      return { dataType: 'uint32', shape, data: new Uint32Array(buffer) }
    case '<i8':
      return { dataType: 'int64', shape, data: new BigInt64Array(buffer) }
    default:
      return { dataType: descr === '|b1' ? 'bool' : 'uint8', shape, data: new Uint8Array(buffer) }
  }
}

/** Elements of an array whose first index runs fastest, reordered so that the last one does. */
function inCOrder(array: NpyArray): NpyArray {
  const { shape } = array
  const data = array.data.slice()
  const index = new Array<number>(shape.length).fill(0)
  for (let at = 0; at < data.length; at++) {
    let source = 0
    for (let axis = shape.length - 1; axis >= 0; axis--)
      source = source * extentOf(shape, axis) + entry(index, axis)
    data[at] = array.data[source] ?? 0
    advance(index, shape)
  }
  return { ...array, data } as NpyArray
}

/** The next index in C order, in place. */
function advance(index: number[], shape: Shape): void {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = entry(index, axis) + 1
    if (index[axis] !== shape[axis]) return
    index[axis] = 0
  }
}

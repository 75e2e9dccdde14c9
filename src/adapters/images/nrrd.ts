import { gunzipSync } from 'node:zlib'
import { entry } from '../../core/entry.ts'
import type { SliceGeometry, SourceImages } from '../../core/image/source-images.ts'
import { ofAffine } from './affine.ts'
import { checkNumbers, decodedBy, unreadable, unsupported } from './faults.ts'
import { bytesOf, numbersIn, type NumberType } from './numbers.ts'
import { stacksOf } from './volumes.ts'

/** Names of types that the format allows (NRRD definition, section 5.1), by those here. */
const names: Readonly<Record<NumberType, string>> = {
  uint8: 'uchar,unsigned char,uint8,uint8_t',
  int8: 'signed char,int8,int8_t',
  uint16: 'ushort,unsigned short,unsigned short int,uint16,uint16_t',
  int16: 'short,short int,signed short,signed short int,int16,int16_t',
  uint32: 'uint,unsigned int,uint32,uint32_t',
  int32: 'int,signed int,int32,int32_t',
  uint64: 'ulonglong,unsigned long long,unsigned long long int,uint64,uint64_t',
  int64: 'longlong,long long,long long int,signed long long,signed long long int,int64,int64_t',
  float32: 'float',
  float64: 'double',
}

/** Signs that turn a space's axes to RAS. */
const spaces: Readonly<Record<string, readonly [number, number, number]>> = {
  'right-anterior-superior': [1, 1, 1],
  ras: [1, 1, 1],
  'left-anterior-superior': [-1, 1, 1],
  las: [-1, 1, 1],
  'left-posterior-superior': [-1, -1, 1],
  lps: [-1, -1, 1],
}

type Fields = ReadonlyMap<string, string>

/**
 * An NRRD file with its data in it, raw or packed with gzip: a volume or a picture, in the file's own order.
 * Written by hand: no library for it is kept. Source: the NRRD definition
 * (teem.sourceforge.net/nrrd/format.html).
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readNrrdImages(bytes: Uint8Array, file: string): Promise<SourceImages> {
  const { fields, dataAt } = headerOf(bytes, file)
  const type = typeOf(fields, file)
  const extents = numbersOf(fields.get('sizes'))
  checkNumbers('NRRD', extents, { file, bytesEach: bytesOf(type) })
  const [columns = 1, rows = 1, slices = 1] = extents
  if (extents.length < 2 || extents.length > 3 || isOfComponents(fields))
    throw unsupported('NRRD', '2 or 3 dimensions of space', `sizes ${extents.join(' ')}`, {
      file,
      tip: 'Save its components (colours, directions, times) one by one.',
    })
  const needed = extents.reduce((product, extent) => product * extent, bytesOf(type))
  const data = await decodedBy('NRRD', file, () => dataOf(bytes.subarray(dataAt), fields, { needed, file }))
  if (data.length < needed)
    throw unreadable('NRRD', `${needed} bytes of data`, `${data.length}: the file is truncated`, file)
  const numbers = numbersIn(data.subarray(0, needed), type, isLittle(fields, type, file))
  const place = placeOf(fields, file)
  return stacksOf(numbers, {
    format: 'NRRD',
    file,
    columns,
    rows,
    slices,
    volumes: 1,
    samples: 1,
    rescale: undefined,
    place,
    notices: place === undefined ? ['The file says nothing of where its voxels lie.'] : [],
  })
}

/** Lines "field: value" up to an empty one; comments and lines of keys ("key:=value") are left out. */
function headerOf(bytes: Uint8Array, file: string): { readonly fields: Fields; readonly dataAt: number } {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 65536))
  const end = /\r?\n\r?\n/.exec(text)
  if (end === null) throw unreadable('NRRD', 'a header that ends with an empty line', 'none', file)
  const lines = text.slice(0, end.index).split(/\r?\n/).slice(1)
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = /^([^#:][^:]*):(?!=)(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) fields.set(name.trim().toLowerCase(), value.trim())
  }
  return { fields, dataAt: end.index + end[0].length }
}

/** Numbers of several bytes need the field. @throws RadversaryError image-unreadable */
function isLittle(fields: Fields, type: NumberType, file: string): boolean {
  const given = fields.get('endian')?.toLowerCase()
  if (given === 'little' || given === 'big') return given === 'little'
  if (bytesOf(type) === 1) return true
  throw unreadable('NRRD', 'endian: little or big', given ?? 'none', file)
}

function typeOf(fields: Fields, file: string): NumberType {
  const given = fields.get('type') ?? 'none'
  const found = (Object.keys(names) as NumberType[]).find((type) => names[type].split(',').includes(given))
  if (found !== undefined) return found
  throw unsupported('NRRD', 'a type of numbers', given, {
    file,
    tip: 'Save it with numbers of 8 to 64 bits.',
  })
}

/** A number that a vector of too few leaves out: no geometry has it. */
const notGiven = NaN

function numbersOf(text = ''): number[] {
  return text
    .split(/[\s,()]+/)
    .filter((part) => part !== '')
    .map(Number)
}

/**
 * A first axis of colours or vectors, or a last of times: by its kind, or since it has no direction in space.
 */
function isOfComponents(fields: Fields): boolean {
  if (/\bnone\b/.test(fields.get('space directions')?.toLowerCase() ?? '')) return true
  const kinds = fields.get('kinds')?.toLowerCase().split(/\s+/) ?? []
  return kinds.some((kind) => !['domain', 'space', '???', 'none'].includes(kind))
}

function dataOf(
  packed: Uint8Array,
  fields: Fields,
  { needed, file }: { needed: number; file: string },
): Uint8Array {
  const encoding = fields.get('encoding')?.toLowerCase() ?? 'none'
  const skips = ['line skip', 'byte skip', 'lineskip', 'byteskip'].filter(
    (name) => Number(fields.get(name) ?? '0') !== 0,
  )
  const isElsewhere = fields.has('data file') || fields.has('datafile')
  const got = isElsewhere ? 'another file' : skips.length > 0 ? skips.join(', ') : `encoding ${encoding}`
  if (isElsewhere || skips.length > 0 || !['raw', 'gzip', 'gz'].includes(encoding))
    throw unsupported('NRRD', 'data in the file itself, raw or gzip, after the header', got, {
      file,
      tip: 'Save the volume as one .nrrd file.',
    })
  return encoding === 'raw' ? packed : gunzipSync(packed, { maxOutputLength: needed + 2 ** 20 })
}

/** "(a,b,c)" for each axis, and the origin; spacings alone are no place. */
function placeOf(fields: Fields, file: string): SliceGeometry | undefined {
  const signs = spaces[fields.get('space')?.toLowerCase() ?? '']
  const directions = [...(fields.get('space directions') ?? '').matchAll(/\(([^)]*)\)/g)].map(([, text]) =>
    numbersOf(text),
  )
  const origin = numbersOf(fields.get('space origin'))
  if (signs === undefined || directions.length !== 3 || origin.length !== 3) return undefined
  const columns = [...directions, origin]
  return ofAffine(
    [0, 1, 2].map((row) => columns.map((column) => entry(signs, row) * (column[row] ?? notGiven))),
    file,
  )
}

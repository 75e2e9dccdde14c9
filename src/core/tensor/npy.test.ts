import { describe, expect, test } from 'vitest'
import { npyFromTensor, readNpy, tensorFromNpy, writeNpy, type NpyArray } from './npy.ts'
import { tensor } from './tensor.ts'

const arrays = [
  { dataType: 'float32', shape: [2, 3], data: Float32Array.of(0.1, -1, 2, Infinity, NaN, 5) },
  { dataType: 'float64', shape: [], data: Float64Array.of(Math.PI) },
  { dataType: 'int8', shape: [2, 1], data: Int8Array.of(-128, 127) },
  { dataType: 'int16', shape: [2], data: Int16Array.of(-32768, 32767) },
  { dataType: 'uint16', shape: [2, 1, 1], data: Uint16Array.of(0, 65535) },
  { dataType: 'uint32', shape: [2], data: Uint32Array.of(1, 2 ** 32 - 1) },
  { dataType: 'int32', shape: [3], data: Int32Array.of(-1, 0, 2 ** 31 - 1) },
  { dataType: 'int64', shape: [1, 2], data: BigInt64Array.of(-(2n ** 63n), 7n) },
  { dataType: 'uint8', shape: [0, 4], data: new Uint8Array(0) },
  { dataType: 'bool', shape: [2], data: Uint8Array.of(0, 1) },
] satisfies NpyArray[]

/** By numpy.lib.format. */
const descriptions = {
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
} satisfies Record<NpyArray['dataType'], string>

/** What numpy.save() writes, by hand: a header text after the magic, then data. */
function npyFile(fields: string, data: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(fields + '\n')
  const length =
    version === 1 ? [text.length & 0xff, text.length >> 8] : [text.length & 0xff, text.length >> 8, 0, 0]
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    version,
    0,
    ...length,
    ...text,
    ...data,
  ])
}

describe('npy', () => {
  test('covers every type that is exchanged', () => {
    const types = new Set(arrays.map(({ dataType }) => dataType))
    expect(types.size).toBe(Object.keys(descriptions).length)
  })

  test.each(Object.entries(descriptions))('%s is %s to NumPy', (dataType, descr) => {
    const array = arrays.find((each) => each.dataType === dataType)!
    expect(new TextDecoder('latin1').decode(writeNpy(array))).toContain(`'descr': '${descr}'`)
  })

  test.each(arrays)('reads back the $dataType array that it wrote', (array) => {
    expect(readNpy(writeNpy(array))).toEqual(array)
  })

  test.each(arrays)('aligns the data of a $dataType array to 64 bytes', (array) => {
    expect((writeNpy(array).length - array.data.byteLength) % 64).toBe(0)
  })

  test.each([1, 2, 3])('reads format version %i', (version) => {
    const file = npyFile(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }",
      Uint8Array.of(7, 8),
      version,
    )
    expect(readNpy(file)).toEqual({ dataType: 'uint8', shape: [2], data: Uint8Array.of(7, 8) })
  })

  test('gives an array in Fortran order back in C order', () => {
    // numpy.arange(24).reshape(2, 3, 4), saved in Fortran order
    const fortran = Uint8Array.from(
      { length: 24 },
      (_, at) => (at % 2) * 12 + (Math.floor(at / 2) % 3) * 4 + Math.floor(at / 6),
    )
    const { data } = readNpy(
      npyFile("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", fortran),
    )
    expect(data).toEqual(Uint8Array.from({ length: 24 }, (_, at) => at))
  })

  test('reads from the middle of a larger buffer', () => {
    const file = writeNpy(arrays[0]!)
    const padded = new Uint8Array(file.length + 3)
    padded.set(file, 3)
    expect(readNpy(padded.subarray(3))).toEqual(arrays[0])
  })

  test.each([
    ['an archive', Uint8Array.of(0x50, 0x4b, 3, 4), 'npy: expected a NumPy array file'],
    ['version 4', npyFile('', new Uint8Array(), 4), 'npy: expected format version 1, 2 or 3, got 4'],
    [
      'big endian',
      npyFile("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)),
      'got >f4',
    ],
    [
      'no shape',
      npyFile("{'descr': '<f4', 'fortran_order': False}", new Uint8Array(4)),
      'npy: expected the fields descr',
    ],
    [
      'missing data',
      npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(7)),
      'npy: expected 8 bytes of data for <f4 [2], got 7',
    ],
    [
      'too much data',
      npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", new Uint8Array(8)),
      'got 8',
    ],
    [
      'a cut header',
      writeNpy(arrays[0]!).subarray(0, 40),
      'npy: expected a header of 128 bytes, got a file of 40',
    ],
    ['a cut preamble', writeNpy(arrays[0]!).subarray(0, 8), 'npy: expected a header, got a file of 8 bytes'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'x.npy')).toThrow(expect.objectContaining({ code: 'tensor-invalid', file: 'x.npy', message: expect.stringContaining(message) })) // prettier-ignore
  })

  test('makes tensors of numbers of every type', () => {
    expect(tensorFromNpy(arrays[7]!)).toEqual(tensor([1, 2], Float32Array.of(-(2 ** 63), 7)))
    expect(tensorFromNpy(arrays[6]!).data).toEqual(Float32Array.of(-1, 0, 2 ** 31))
    const x = tensor([2, 1], Float32Array.of(1, 2))
    expect(tensorFromNpy(npyFromTensor(x))).toEqual(x)
  })
})

test.each([
  ['NaN', Float32Array.of(0, 1, 2, 3, NaN, 5), 'got NaN at [1, 1]'],
  ['an infinity', Float32Array.of(0, 1, 2, -Infinity, 4, 5), 'got -Infinity at [1, 0]'],
  ['a float64 beyond float32', Float64Array.of(0, 1, 1e300, 3, 4, 5), 'got 1e+300 at [0, 2]'],
])('%s in an input is refused, with its place and the file', (_name, data, message) => {
  const array: NpyArray =
    data instanceof Float32Array
      ? { dataType: 'float32', shape: [2, 3], data }
      : { dataType: 'float64', shape: [2, 3], data }
  expect(() => tensorFromNpy(array, 'x.npy')).toThrow(
    expect.objectContaining({ message: `npy: expected finite numbers, ${message}`, file: 'x.npy' }),
  )
})

/**
 * The byte at a place; 0 where there is none. Readers of damaged files go on to what they check, where zeros
 * are no marker, no tag and no length.
 */
export function byteAt(bytes: Uint8Array, at: number): number {
  return at >= 0 && at < bytes.length ? bytes[at] : 0
}

/** A number of 16 bits, the high byte first; bytes that there are not are 0. */
export function uint16BigEndian(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)
}

/** A number of 32 bits, the high byte first; bytes that there are not are 0. */
export function uint32BigEndian(bytes: Uint8Array, at: number): number {
  return uint16BigEndian(bytes, at) * 0x10000 + uint16BigEndian(bytes, at + 2)
}

/** A number of 16 bits, the low byte first; bytes that there are not are 0. */
export function uint16LittleEndian(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8)
}

/** Bit `index` of packed bits, the lowest of a byte first; 0 where there is none. */
export function bitAt(packed: Uint8Array, index: number): number {
  return (byteAt(packed, index >> 3) >> (index & 7)) & 1
}

/** Bytes of every pair in the other order, a copy; of an odd last byte 0. */
export function swappedPairs(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) swapped[i] = byteAt(bytes, i ^ 1)
  return swapped
}

/** Where a row's packed numbers begin in the bytes. */
export type RowStart = (row: number) => number

/**
 * Numbers of 1 to 8 bits, the high bits of a byte first, each row from a byte of its own; [rows, columns].
 */
export function unpackedRows(
  packed: Uint8Array,
  [rows, columns]: readonly [number, number],
  bits: number,
  startOf: RowStart,
): Uint8Array {
  const values = new Uint8Array(rows * columns)
  for (let row = 0, to = 0; row < rows; row++) {
    const start = startOf(row)
    for (let bit = 0; bit < columns * bits; bit += bits)
      values[to++] = (byteAt(packed, start + (bit >> 3)) >> (8 - bits - (bit & 7))) & (2 ** bits - 1)
  }
  return values
}

/** Pixels of `size` bytes, blue, green and red first, as [rows, columns, 3] of red, green and blue. */
export function redFirst(
  bytes: Uint8Array,
  [rows, columns]: readonly [number, number],
  size: number,
  startOf: RowStart,
): Uint8Array {
  const colours = new Uint8Array(rows * columns * 3)
  for (let row = 0, to = 0; row < rows; row++)
    for (let column = 0, at = startOf(row); column < columns; column++, at += size)
      for (let place = 2; place >= 0; place--) colours[to++] = byteAt(bytes, at + place)
  return colours
}

/** words ← 256 · words + plane, at every `step`-th place from `first` on: one byte more of each. */
export function appendByte(
  words: { readonly length: number; [index: number]: number },
  plane: Uint8Array,
  { first, step, count }: { readonly first: number; readonly step: number; readonly count: number },
): void {
  for (let i = 0, to = first; i < count; i++, to += step) words[to] = words[to] * 256 + byteAt(plane, i)
}

/** Sets each bit, the lowest of a byte first, whose place from `first` on has a value of 1. */
export function setBits(packed: Uint8Array, first: number, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++)
    if (values[i] === 1) packed[(first + i) >> 3] |= 1 << ((first + i) & 7)
}

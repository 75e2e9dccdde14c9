const bits = new Uint32Array(1)
const value = new Float32Array(bits.buffer)

/** IEEE 754 binary16 to float32, exactly. */
export function float32FromFloat16(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, float16Value)
}

/** bfloat16 (the upper half of a float32) to float32, exactly. */
export function float32FromBfloat16(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    bits[0] = half << 16
    return value[0] ?? 0
  })
}

function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/**
 * Passes over pixels in vector instructions, in AssemblyScript: `npm run wasm` compiles them into
 * src/core/math/pixel-kernels.ts. Every product and sum is the one of the plain loop that it stands for, in
 * the same order and precision, so the bytes are the same (test/support/pixel-loops.ts has the loops).
 *
 * All take addresses in bytes and counts of values. Counts are rounded up to whole vectors: callers leave
 * room for that, and zeros where a sum goes over them.
 */

/** x ← x + step, within [lower, upper]; float32, all finite. */
export function advance(x: usize, step: usize, lower: usize, upper: usize, count: i32): void {
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 16) {
    const moved = f32x4.add(v128.load(x + at), v128.load(step + at))
    const above = f32x4.pmax(moved, v128.load(lower + at))
    v128.store(x + at, f32x4.pmin(above, v128.load(upper + at)))
  }
}

/** values ← scale · sign(values); float32. */
export function toScaledSign(values: usize, scale: f32, count: i32): void {
  const factor = f32x4.splat(scale)
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 16) {
    const sign = f32x4.convert_i32x4_s(signOf(v128.load(values + at)))
    v128.store(values + at, f32x4.mul(sign, factor))
  }
}

/** −1, 0 or 1 of four float32 values, as int32. */
function signOf(values: v128): v128 {
  const zero = f32x4.splat(0)
  return i32x4.sub(f32x4.lt(values, zero), f32x4.gt(values, zero))
}

/** sum ← a + b; float32. */
export function sumInto(sum: usize, a: usize, b: usize, count: i32): void {
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 16)
    v128.store(sum + at, f32x4.add(v128.load(a + at), v128.load(b + at)))
}

/** Whether all values lie in [0, 1]; float32. */
export function isWithin(values: usize, count: i32): bool {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  let within = i32x4.splat(-1)
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 16) {
    const value = v128.load(values + at)
    within = v128.and(within, v128.and(f32x4.ge(value, zero), f32x4.le(value, one)))
  }
  return i32x4.all_true(within)
}

/**
 * Adds Σ (x − image) and Σ (x − image)², in double precision and in order, to the two float64 values at
 * `sums`; how many pixels step or stepped, and how many of these as before, to the two int32 values after
 * them. `signs` (int8) become those of `direction`.
 */
export function addStatistics(
  x: usize,
  image: usize,
  direction: usize,
  signs: usize,
  count: i32,
  sums: usize,
): void {
  const zero = i32x4.splat(0)
  const one = i32x4.splat(1)
  let total = v128.load(sums)
  let moving = zero
  let agreeing = zero
  for (let i: usize = 0; i < <usize>count; i += 4) {
    const at = i << 2
    total = withChanges(total, x + at, image + at)
    total = withChanges(total, x + at + 8, image + at + 8)
    const sign = signOf(v128.load(direction + at))
    const before = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(signs + i)))
    moving = i32x4.add(moving, v128.and(v128.or(sign, before), one))
    agreeing = i32x4.sub(agreeing, i32x4.eq(i32x4.mul(sign, before), one))
    const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(sign, zero), zero)
    v128.store_lane<u32>(signs + i, bytes, 0)
  }
  v128.store(sums, total)
  store<i32>(sums + 16, load<i32>(sums + 16) + lanesOf(moving))
  store<i32>(sums + 20, load<i32>(sums + 20) + lanesOf(agreeing))
}

/** Σ change beside Σ change², two pixels further. */
function withChanges(total: v128, x: usize, image: usize): v128 {
  const change = f64x2.sub(
    f64x2.promote_low_f32x4(v128.load64_zero(x)),
    f64x2.promote_low_f32x4(v128.load64_zero(image)),
  )
  const square = f64x2.mul(change, change)
  const first = f64x2.add(total, v128.shuffle<f64>(change, square, 0, 2))
  return f64x2.add(first, v128.shuffle<f64>(change, square, 1, 3))
}

function lanesOf(counts: v128): i32 {
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  )
}

/**
 * out[v] ← Σ_k weights[k] · line[first + k][v] of float32 lines, `lines` of them in a ring of `lineBytes`
 * each; eight columns at a time, out in float64.
 */
export function combineFloat32(
  out: usize,
  columns: i32,
  ring: usize,
  lineBytes: i32,
  lines: i32,
  first: i32,
  weights: usize,
  taps: i32,
): void {
  const ringBytes = <usize>(lines * lineBytes)
  for (let v: usize = 0; v < <usize>columns; v += 8) {
    let a = f64x2.splat(0)
    let b = f64x2.splat(0)
    let c = f64x2.splat(0)
    let d = f64x2.splat(0)
    let from = ring + (v << 2) + <usize>(first * lineBytes)
    const end = ring + (v << 2) + ringBytes
    for (let k = 0; k < taps; k++) {
      const weight = v128.load64_splat(weights + ((<usize>k) << 3))
      a = f64x2.add(a, f64x2.mul(weight, f64x2.promote_low_f32x4(v128.load64_zero(from))))
      b = f64x2.add(b, f64x2.mul(weight, f64x2.promote_low_f32x4(v128.load64_zero(from, 8))))
      c = f64x2.add(c, f64x2.mul(weight, f64x2.promote_low_f32x4(v128.load64_zero(from, 16))))
      d = f64x2.add(d, f64x2.mul(weight, f64x2.promote_low_f32x4(v128.load64_zero(from, 24))))
      from += lineBytes
      if (from == end) from -= ringBytes
    }
    const to = out + (v << 3)
    v128.store(to, a)
    v128.store(to, b, 16)
    v128.store(to, c, 32)
    v128.store(to, d, 48)
  }
}

/** The same of float64 lines, out in float32. */
export function combineFloat64(
  out: usize,
  columns: i32,
  ring: usize,
  lineBytes: i32,
  lines: i32,
  first: i32,
  weights: usize,
  taps: i32,
): void {
  const ringBytes = <usize>(lines * lineBytes)
  for (let v: usize = 0; v < <usize>columns; v += 8) {
    let a = f64x2.splat(0)
    let b = f64x2.splat(0)
    let c = f64x2.splat(0)
    let d = f64x2.splat(0)
    let from = ring + (v << 3) + <usize>(first * lineBytes)
    const end = ring + (v << 3) + ringBytes
    for (let k = 0; k < taps; k++) {
      const weight = v128.load64_splat(weights + ((<usize>k) << 3))
      a = f64x2.add(a, f64x2.mul(weight, v128.load(from)))
      b = f64x2.add(b, f64x2.mul(weight, v128.load(from, 16)))
      c = f64x2.add(c, f64x2.mul(weight, v128.load(from, 32)))
      d = f64x2.add(d, f64x2.mul(weight, v128.load(from, 48)))
      from += lineBytes
      if (from == end) from -= ringBytes
    }
    storeFloat32(out + (v << 2), a, b)
    storeFloat32(out + (v << 2) + 16, c, d)
  }
}

function storeFloat32(to: usize, low: v128, high: v128): void {
  v128.store(to, v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2))
}

/**
 * The vertical pass of a symmetric kernel, from its middle outwards in `half`: float32 lines whose addresses
 * stand in `above` and `below` (int32, `radius` + 1 each), into float64.
 */
export function smoothDown(
  line: usize,
  columns: i32,
  half: usize,
  above: usize,
  below: usize,
  radius: i32,
): void {
  const own = <usize>load<i32>(above)
  for (let v: usize = 0; v < <usize>columns; v += 4) {
    const at = v << 2
    const middle = v128.load64_splat(half)
    let left = f64x2.mul(middle, f64x2.promote_low_f32x4(v128.load64_zero(own + at)))
    let right = f64x2.mul(middle, f64x2.promote_low_f32x4(v128.load64_zero(own + at + 8)))
    for (let k: usize = 1; k <= <usize>radius; k++) {
      const tap = v128.load64_splat(half + (k << 3))
      const up = <usize>load<i32>(above + (k << 2)) + at
      const down = <usize>load<i32>(below + (k << 2)) + at
      left = f64x2.add(left, f64x2.mul(tap, pairSum(up, down)))
      right = f64x2.add(right, f64x2.mul(tap, pairSum(up + 8, down + 8)))
    }
    v128.store(line + (v << 3), left)
    v128.store(line + (v << 3), right, 16)
  }
}

function pairSum(a: usize, b: usize): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(v128.load64_zero(a)), f64x2.promote_low_f32x4(v128.load64_zero(b)))
}

/** The horizontal pass of the float64 line, which has `radius` values more at either end, into float32. */
export function smoothAcross(out: usize, columns: i32, line: usize, half: usize, radius: i32): void {
  const middle = v128.load64_splat(half)
  for (let v: usize = 0; v < <usize>columns; v += 4) {
    const at = line + ((v + <usize>radius) << 3)
    let left = f64x2.mul(middle, v128.load(at))
    let right = f64x2.mul(middle, v128.load(at, 16))
    for (let k: usize = 1; k <= <usize>radius; k++) {
      const tap = v128.load64_splat(half + (k << 3))
      const reach = k << 3
      left = f64x2.add(left, f64x2.mul(tap, f64x2.add(v128.load(at - reach), v128.load(at + reach))))
      right = f64x2.add(
        right,
        f64x2.mul(tap, f64x2.add(v128.load(at - reach, 16), v128.load(at + reach, 16))),
      )
    }
    storeFloat32(out + (v << 2), left, right)
  }
}

/** Of two float64 lines about an offset: a, b, a² + b² and ab, at `out`, `lineBytes` apart. */
export function similarityMoments(
  out: usize,
  lineBytes: i32,
  a: usize,
  b: usize,
  offset: f64,
  columns: i32,
): void {
  const origin = f64x2.splat(offset)
  const next = <usize>lineBytes
  for (let at: usize = 0, end = (<usize>columns) << 3; at < end; at += 16) {
    const p = f64x2.sub(v128.load(a + at), origin)
    const q = f64x2.sub(v128.load(b + at), origin)
    v128.store(out + at, p)
    v128.store(out + at + next, q)
    v128.store(out + at + 2 * next, f64x2.add(f64x2.mul(p, p), f64x2.mul(q, q)))
    v128.store(out + at + 3 * next, f64x2.mul(p, q))
  }
}

/** out[v] ← Σ_k window[k] · lines[k][v], of 11 float64 lines whose addresses (int32) stand in `lines`. */
export function windowDown(out: usize, columns: i32, lines: usize, half: usize): void {
  const h0 = v128.load64_splat(half)
  const h1 = v128.load64_splat(half, 8)
  const h2 = v128.load64_splat(half, 16)
  const h3 = v128.load64_splat(half, 24)
  const h4 = v128.load64_splat(half, 32)
  const h5 = v128.load64_splat(half, 40)
  const a = <usize>load<i32>(lines)
  const b = <usize>load<i32>(lines, 4)
  const c = <usize>load<i32>(lines, 8)
  const d = <usize>load<i32>(lines, 12)
  const e = <usize>load<i32>(lines, 16)
  const middle = <usize>load<i32>(lines, 20)
  const f = <usize>load<i32>(lines, 24)
  const g = <usize>load<i32>(lines, 28)
  const h = <usize>load<i32>(lines, 32)
  const i = <usize>load<i32>(lines, 36)
  const j = <usize>load<i32>(lines, 40)
  for (let at: usize = 0, end = (<usize>columns) << 3; at < end; at += 16) {
    let sum = f64x2.mul(h0, v128.load(middle + at))
    sum = f64x2.add(sum, f64x2.mul(h1, f64x2.add(v128.load(e + at), v128.load(f + at))))
    sum = f64x2.add(sum, f64x2.mul(h2, f64x2.add(v128.load(d + at), v128.load(g + at))))
    sum = f64x2.add(sum, f64x2.mul(h3, f64x2.add(v128.load(c + at), v128.load(h + at))))
    sum = f64x2.add(sum, f64x2.mul(h4, f64x2.add(v128.load(b + at), v128.load(i + at))))
    sum = f64x2.add(sum, f64x2.mul(h5, f64x2.add(v128.load(a + at), v128.load(j + at))))
    v128.store(out + at, sum)
  }
}

/** Σ_k window[k] · line[k] at two places of a line. */
function windowAt(line: usize, half: usize): v128 {
  let sum = f64x2.mul(v128.load64_splat(half), v128.load(line, 40))
  sum = f64x2.add(
    sum,
    f64x2.mul(v128.load64_splat(half, 8), f64x2.add(v128.load(line, 32), v128.load(line, 48))),
  )
  sum = f64x2.add(
    sum,
    f64x2.mul(v128.load64_splat(half, 16), f64x2.add(v128.load(line, 24), v128.load(line, 56))),
  )
  sum = f64x2.add(
    sum,
    f64x2.mul(v128.load64_splat(half, 24), f64x2.add(v128.load(line, 16), v128.load(line, 64))),
  )
  sum = f64x2.add(
    sum,
    f64x2.mul(v128.load64_splat(half, 32), f64x2.add(v128.load(line, 8), v128.load(line, 72))),
  )
  return f64x2.add(
    sum,
    f64x2.mul(v128.load64_splat(half, 40), f64x2.add(v128.load(line), v128.load(line, 80))),
  )
}

/**
 * Σ of SSIM's index over `windows` places of four lines of moments, `lineBytes` apart, which `windowDown`
 * combined; one place after the other.
 */
export function similaritySum(
  combined: usize,
  lineBytes: i32,
  windows: i32,
  half: usize,
  offset: f64,
  c1: f64,
  c2: f64,
): f64 {
  const next = <usize>lineBytes
  const origin = f64x2.splat(offset)
  const one = f64x2.splat(c1)
  const other = f64x2.splat(c2)
  const two = f64x2.splat(2)
  let total: f64 = 0
  for (let v = 0; v < windows; v += 2) {
    const at = combined + ((<usize>v) << 3)
    const ma = windowAt(at, half)
    const mb = windowAt(at + next, half)
    const squares = windowAt(at + 2 * next, half)
    const products = windowAt(at + 3 * next, half)
    const meanA = f64x2.add(ma, origin)
    const meanB = f64x2.add(mb, origin)
    const structure = f64x2.add(f64x2.mul(two, f64x2.sub(products, f64x2.mul(ma, mb))), other)
    const spread = f64x2.add(f64x2.sub(squares, f64x2.add(f64x2.mul(ma, ma), f64x2.mul(mb, mb))), other)
    const luminance = f64x2.add(f64x2.mul(f64x2.mul(two, meanA), meanB), one)
    const energy = f64x2.add(f64x2.add(f64x2.mul(meanA, meanA), f64x2.mul(meanB, meanB)), one)
    const index = f64x2.div(f64x2.mul(luminance, structure), f64x2.mul(energy, spread))
    total += f64x2.extract_lane(index, 0)
    if (v + 1 < windows) total += f64x2.extract_lane(index, 1)
  }
  return total
}

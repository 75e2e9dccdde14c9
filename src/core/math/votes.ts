/**
 * The logarithm of the mean of softmax(z_i) over the classes' axis, for members z_i [N, K, …] of one shape:
 * its softmax is that mean.
 * @param classes K @param inner how many values lie between two classes
 */
export function logOfMeanSoftmax(
  members: readonly Float32Array[],
  { classes, inner }: { readonly classes: number; readonly inner: number },
): Float32Array {
  const out = new Float32Array(members[0].length)
  const means = new Float64Array(classes)
  for (let base = 0; base < out.length; base += classes * inner)
    for (let place = 0; place < inner; place++) {
      const start = base + place
      means.fill(0)
      for (const z of members) addSoftmax(means, z, start, inner)
      for (let k = 0; k < classes; k++)
        out[start + k * inner] = Math.log(Math.max(means[k] / members.length, 1e-38))
    }
  return out
}

function addSoftmax(sums: Float64Array, z: Float32Array, start: number, stride: number): void {
  let most = -Infinity
  for (let k = 0; k < sums.length; k++) most = Math.max(most, z[start + k * stride])
  let total = 0
  for (let k = 0; k < sums.length; k++) total += Math.exp(z[start + k * stride] - most)
  for (let k = 0; k < sums.length; k++) sums[k] += Math.exp(z[start + k * stride] - most) / total
}

/** The logit of the mean of σ(z_i), value by value. */
export function logitOfMeanSigmoid(members: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(members[0].length)
  for (let i = 0; i < out.length; i++) {
    let yes = 0
    let no = 0
    for (const z of members) {
      yes += 1 / (1 + Math.exp(-z[i]))
      no += 1 / (1 + Math.exp(z[i]))
    }
    out[i] = Math.log(Math.max(yes, 1e-38)) - Math.log(Math.max(no, 1e-38))
  }
  return out
}

interface Axes {
  readonly classes: number
  readonly inner: number
}

/**
 * The transposed derivative of `logOfMeanSoftmax` by one member's logits, applied to a slope g: with p that
 * member's softmax and m the mean over M members, p_j (g_j / m_j − Σ_k g_k p_k / m_k) / M.
 */
export function meanSoftmaxSlope(
  members: readonly Float32Array[],
  member: number,
  g: Float32Array,
  { classes, inner }: Axes,
): Float32Array {
  const out = new Float32Array(g.length)
  const means = new Float64Array(classes)
  const own = new Float64Array(classes)
  const count = members.length
  for (let base = 0; base < out.length; base += classes * inner)
    for (let place = 0; place < inner; place++) {
      const start = base + place
      means.fill(0)
      own.fill(0)
      for (const z of members) addSoftmax(means, z, start, inner)
      addSoftmax(own, members[member], start, inner)
      let sum = 0
      for (let k = 0; k < classes; k++)
        sum += (g[start + k * inner] * own[k] * count) / Math.max(means[k], 1e-38)
      for (let k = 0; k < classes; k++) {
        const at = start + k * inner
        out[at] = (own[k] * ((g[at] * count) / Math.max(means[k], 1e-38) - sum)) / count
      }
    }
  return out
}

/** The same of `logitOfMeanSigmoid`: g σ'(z) / (M m (1 − m)), m the mean of σ over M members. */
export function meanSigmoidSlope(
  members: readonly Float32Array[],
  member: number,
  g: Float32Array,
): Float32Array {
  const out = new Float32Array(g.length)
  const count = members.length
  for (let i = 0; i < out.length; i++) {
    let yes = 0
    let no = 0
    for (const z of members) {
      yes += 1 / (1 + Math.exp(-z[i]))
      no += 1 / (1 + Math.exp(z[i]))
    }
    const z = members[member][i]
    const slope = 1 / (1 + Math.exp(-z)) / (1 + Math.exp(z))
    out[i] = (g[i] * slope * count) / Math.max(yes * no, 1e-38)
  }
  return out
}

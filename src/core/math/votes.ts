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

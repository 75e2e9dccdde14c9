/** The lower factor L of a symmetric, positive definite matrix [size · size] = L·Lᵀ; zeros above its diagonal. */
export function choleskyOf(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]
      for (let k = 0; k < j; k++) sum -= factor[i * size + k] * factor[j * size + k]
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j]
    }
  return factor
}

/** vᵀ·(L·Lᵀ)⁻¹·v, by L·y = v. */
export function squaredLength(factor: Float64Array, v: Float64Array): number {
  const y = new Float64Array(v.length)
  let total = 0
  for (let i = 0; i < v.length; i++) {
    let sum = v[i]
    for (let k = 0; k < i; k++) sum -= factor[i * v.length + k] * y[k]
    y[i] = sum / factor[i * v.length + i]
    total += y[i] * y[i]
  }
  return total
}

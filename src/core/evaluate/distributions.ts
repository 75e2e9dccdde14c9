/**
 * Probability that a standard normal variable is at least |z| away from 0, on either side. To 1e-15: the
 * series of Marsaglia (Evaluating the Normal Distribution, J. Stat. Softw. 11(4), 2004) near 0, Laplace's
 * continued fraction beyond.
 */
export function normalTwoSided(z: number): number {
  const distance = Math.abs(z)
  return distance < 3 ? 1 - 2 * centralHalf(distance) : 2 * upperTail(distance)
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
}

/** Probability from 0 to z. */
function centralHalf(z: number): number {
  let [term, sum] = [z, z]
  for (let odd = 3; sum + term !== sum || odd === 3; odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return sum * density(z)
}

/** Probability above z, for z of 3 and more. */
function upperTail(z: number): number {
  let fraction = z
  for (let level = 200; level > 0; level--) fraction = z + level / fraction
  return density(z) / fraction
}

/** Probabilities of 0 to `count` heads of a fair coin. */
export function fairCoin(count: number): number[] {
  let log = -count * Math.LN2
  return Array.from({ length: count + 1 }, (_, heads) => {
    if (heads > 0) log += Math.log((count - heads + 1) / heads)
    return Math.exp(log)
  })
}

/** Where a proximal step is taken: the move, its diagonal metric H, and how far each value may go. */
export interface ProximalStep {
  readonly metric: Float32Array
  readonly lambda: number
  readonly lower: Float32Array
  readonly upper: Float32Array
}

/**
 * move ← argmin_u λ‖u‖∞ + ½·Σ H·(u − move)² within the bounds: values beyond a radius r are cut to it. The
 * derivative by r, λ − Σ_{|u| > r} H·(|move| − r), rises with r; its zero is found by bisection.
 */
export function proximalLinf(move: Float32Array, { metric, lambda, lower, upper }: ProximalStep): void {
  const bounded = new Float32Array(move.length)
  let most = 0
  for (let i = 0; i < move.length; i++) {
    bounded[i] = Math.min(Math.max(move[i], lower[i]), upper[i])
    most = Math.max(most, Math.abs(bounded[i]))
  }
  let [least, radius] = [0, most]
  for (let step = 0; step < 30; step++) {
    radius = (least + most) / 2
    let slope = lambda
    for (let i = 0; i < move.length; i++)
      if (Math.abs(bounded[i]) > radius) slope -= metric[i] * (Math.abs(move[i]) - radius)
    if (slope > 0) most = radius
    else least = radius
  }
  for (let i = 0; i < move.length; i++) move[i] = Math.min(Math.max(bounded[i], -radius), radius)
}

/**
 * RMSprop's metric: squares ← α·squares + (1 − α)·gradient², metric ← their root without the bias of the first
 * `count` steps, at least 1e-8; move ← move − λ·gradient / metric.
 */
export function scaledDescent(
  move: Float32Array,
  gradient: Float32Array,
  { squares, metric, alpha, count, lambda }: Scaling,
): void {
  const bias = 1 - alpha ** count
  for (let i = 0; i < move.length; i++) {
    squares[i] = alpha * squares[i] + (1 - alpha) * gradient[i] * gradient[i]
    metric[i] = Math.max(Math.sqrt(squares[i] / bias), 1e-8)
    move[i] -= (lambda * gradient[i]) / metric[i]
  }
}

export interface Scaling {
  readonly squares: Float64Array
  readonly metric: Float32Array
  readonly alpha: number
  readonly count: number
  readonly lambda: number
}

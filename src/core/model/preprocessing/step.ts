import type { Tensor } from '../../tensor/tensor.ts'

/**
 * One step from the image's grid to the model's input; differentiable. Steps hold no state, so a chain may
 * serve several runs.
 */
export interface PreprocessingStep {
  readonly name: string
  /** May give `x` itself where the step changes nothing; its derivative there is the identity. */
  apply(x: Tensor): Tensor
  /**
   * The transposed derivative at `x` (what `apply` was given), applied to `cotangent` (the shape of what it
   * gave).
   */
  adjoint(cotangent: Tensor, x: Tensor): Tensor
}

/** A pass through a chain that remembers what its adjoint needs. */
export interface Trace {
  readonly output: Tensor
  /** d⟨cotangent, output⟩/dx. */
  adjoint(cotangent: Tensor): Tensor
}

/** Steps one after the other. */
export interface PreprocessingChain extends PreprocessingStep {
  readonly steps: readonly PreprocessingStep[]
  /** `apply`, keeping the values between the steps so that the adjoint does not compute them again. */
  trace(x: Tensor): Trace
}

/** The composition, first step first. */
export function composeSteps(steps: readonly PreprocessingStep[]): PreprocessingChain {
  const trace = (x: Tensor): Trace => traceSteps(steps, x)
  return {
    name: steps.map((step) => step.name).join(' → '),
    steps,
    trace,
    apply: (x) => steps.reduce((value, step) => step.apply(value), x),
    adjoint: (cotangent, x) => trace(x).adjoint(cotangent),
  }
}

function traceSteps(steps: readonly PreprocessingStep[], x: Tensor): Trace {
  const pullbacks: ((cotangent: Tensor) => Tensor)[] = []
  let value = x
  for (const step of steps) {
    const input = value
    value = step.apply(input)
    if (value !== input) pullbacks.push((cotangent) => step.adjoint(cotangent, input))
  }
  return {
    output: value,
    adjoint: (cotangent) => pullbacks.reduceRight((upstream, pullback) => pullback(upstream), cotangent),
  }
}

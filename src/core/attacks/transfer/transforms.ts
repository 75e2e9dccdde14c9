import { addScaled, multiply, scaleBy } from '../../math/kernels.ts'
import { addNormal, shuffled } from '../../random.ts'
import { blockDct, type BlockTransform } from '../../tensor/block-dct.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { drawnPlace, shrinkAndPad } from '../../tensor/shrink-and-pad.ts'
import { rowOf, sameNumbers } from '../rows.ts'
import { chained, type Copies, type ImageMap } from './copies.ts'

export interface Diversity {
  readonly probability: number
  readonly smallest: number
}

/**
 * DI: shrunk and padded with a probability (Xie et al., arXiv 1803.06978). The paper enlarges the input and
 * pads it to a larger one; an image's own grid cannot grow, so here it shrinks by as much and is padded back.
 */
export function diverse({ probability, smallest }: Diversity): Copies {
  return {
    count: 1,
    draw: (state, sample) => {
      const random = state.random(sample)
      const { channels, rows, columns } = imageBatchExtents(state.x, 'DI')
      const [chance, scale, top, left] = [random.open(), random.open(), random.open(), random.open()]
      if (chance >= probability) return undefined
      return shrinkAndPad(drawnPlace([channels, rows, columns], smallest, [scale, top, left]))
    },
  }
}

/** SI: the image divided by 1, 2, 4, … (Lin et al., arXiv 1908.06281, algorithm 1). */
export function scaled(count: number): Copies {
  return { count, draw: (_state, _sample, index) => (index === 0 ? undefined : times(1 / 2 ** index)) }
}

/** x · factor */
export function times(factor: number): ImageMap {
  const scale = (values: Float32Array) => {
    const scaledValues = values.slice()
    scaleBy(scaledValues, factor)
    return scaledValues
  }
  return { apply: scale, adjoint: scale }
}

/** Values times weights, one by one. */
export function weighted(weights: Float32Array): ImageMap {
  const weigh = (values: Float32Array) => {
    const product = values.slice()
    multiply(product, weights)
    return product
  }
  return { apply: weigh, adjoint: weigh }
}

/** An image and what it is labelled, to be mixed into others. */
export interface MixIn {
  /** [C·H·W] */
  readonly image: Float32Array
  /** The target of its loss. */
  readonly target: Float32Array
}

/**
 * Admix: x + η·x′, x′ an image of another class, any other where there is none (Wang et al., arXiv
 * 2102.00436, equation 4).
 */
export function admixed(count: number, portion: number, pool: readonly MixIn[]): Copies {
  return {
    count,
    draw: (state, sample) => {
      const [image, target] = [rowOf(state.images, sample), rowOf(state.deviation.target, sample)]
      const others = pool.filter((each) => !sameNumbers(each.image, image))
      const ofOtherClasses = others.filter((each) => !sameNumbers(each.target, target))
      const [mixIn] = shuffled(ofOtherClasses.length > 0 ? ofOtherClasses : others, state.random(sample))
      return mixIn && plus(mixIn.image, portion)
    },
  }
}

/** x + factor · added */
function plus(added: Float32Array, factor: number): ImageMap {
  return {
    apply: (x) => {
      const sum = x.slice()
      addScaled(sum, x, added, factor)
      return sum
    },
    adjoint: (cotangent) => cotangent,
  }
}

export interface SpectrumOptions {
  readonly count: number
  /** Standard deviation of the noise that is added first. */
  readonly noise: number
  /** ρ: cosine coefficients are multiplied by what is uniform in [1 − ρ, 1 + ρ]. */
  readonly spread: number
}

/**
 * SSA: D⁻¹(D(x + ξ) ⊙ M), D the whole image's cosine transform (Long et al., arXiv 2207.05382, equation 9).
 */
export function spectral({ count, noise, spread }: SpectrumOptions): Copies {
  let known: BlockTransform | undefined
  return {
    count,
    draw: (state, sample) => {
      const { channels, rows, columns } = imageBatchExtents(state.x, 'SSA')
      const dct = (known ??= blockDct([channels, rows, columns], Math.max(rows, columns)))
      const random = state.random(sample)
      const added = new Float32Array(channels * rows * columns)
      addNormal(added, noise, random)
      const mask = Float32Array.from(added, () => 1 + spread * random.symmetric())
      return chained(plus(added, 1), ofCoefficients(dct, mask))
    },
  }
}

/** D⁻¹ diag(M) D, its own transpose, since D is orthonormal. */
function ofCoefficients(dct: BlockTransform, mask: Float32Array): ImageMap {
  const change = (values: Float32Array) => {
    const coefficients = values.slice()
    dct.forward(coefficients)
    multiply(coefficients, mask)
    dct.inverse(coefficients)
    return coefficients
  }
  return { apply: change, adjoint: change }
}

import { internalError } from '../../errors.ts'
import { rearrange } from '../../math/rearrange.ts'
import { blockDct } from '../../tensor/block-dct.ts'
import type { Placement } from '../../tensor/pad.ts'
import { createResampler } from '../../tensor/resample.ts'
import { tensor } from '../../tensor/tensor.ts'
import { shuffled, type RandomSource } from '../../random.ts'
import type { ImageMap } from './copies.ts'
import { times, weighted } from './transforms.ts'

/** The extents of a block. */
export type Block = Pick<Placement, 'channels' | 'height' | 'width'>

type Change = (block: Block, random: RandomSource) => ImageMap

/** One of ten changes that leave a block's structure (Wang et al., arXiv 2309.14700, section 3.3). */
export function drawnChange(block: Block, random: RandomSource): ImageMap {
  const [change] = shuffled(changes, random)
  if (change === undefined) throw internalError('there was no change to draw')
  return change(block, random)
}

const changes: readonly Change[] = [
  (block, random) => rearranged(block, rolled(block, drawnIndex(random, block.height), 0)),
  (block, random) => rearranged(block, rolled(block, 0, drawnIndex(random, block.width))),
  (block) => rearranged(block, ([row, column]) => [block.height - 1 - row, column]),
  (block) => rearranged(block, ([row, column]) => [row, block.width - 1 - column]),
  (block) => rearranged(block, ([row, column]) => [block.height - 1 - row, block.width - 1 - column]),
  (_block, random) => times(random.open()),
  withNoise,
  resized,
  withoutHighFrequencies,
  withDropout,
]

/**
 * The authors' code's: noise up to 16/255, half the size, 60 % of frequencies and a tenth of values dropped.
 */
const strength = { noise: 16 / 255, size: 0.5, kept: 0.4, dropped: 0.1 }

type Pixel = readonly [row: number, column: number]

function drawnIndex(random: RandomSource, extent: number): number {
  return Math.floor(random.open() * extent)
}

function rolled({ height, width }: Block, down: number, right: number) {
  return ([row, column]: Pixel): Pixel => [(row + down) % height, (column + right) % width]
}

/** Each pixel to another place. */
function rearranged({ channels, height, width }: Block, to: (pixel: Pixel) => Pixel): ImageMap {
  const places = new Int32Array(height * width)
  for (let pixel = 0; pixel < places.length; pixel++) {
    const [row, column] = to([Math.floor(pixel / width), pixel % width])
    places[pixel] = row * width + column
  }
  return {
    apply: (x) => rearrange(x, { channels, places }, 'to'),
    adjoint: (cotangent) => rearrange(cotangent, { channels, places }, 'from'),
  }
}

function withNoise(_block: Block, random: RandomSource): ImageMap {
  return {
    apply: (x) => x.map((value) => value + strength.noise * random.symmetric()),
    adjoint: (cotangent) => cotangent,
  }
}

/** Made smaller and as large as before, bilinear. */
function resized({ channels, height, width }: Block): ImageMap {
  const small = [half(height), half(width)] as const
  const [shrink, grow] = [
    createResampler([height, width], small, 'bilinear'),
    createResampler(small, [height, width], 'bilinear'),
  ]
  const [whole, less] = [
    (x: Float32Array) => tensor([1, channels, height, width], x),
    (x: Float32Array) => tensor([1, channels, ...small], x),
  ]
  return {
    apply: (x) => grow.apply(less(shrink.apply(whole(x)).data)).data,
    adjoint: (cotangent) => shrink.adjoint(less(grow.adjoint(whole(cotangent)).data)).data,
  }
}

function half(extent: number): number {
  return Math.max(1, Math.round(extent * strength.size))
}

/** Without the upper cosine coefficients along either axis: an orthogonal projection, its own transpose. */
function withoutHighFrequencies({ channels, height, width }: Block): ImageMap {
  const dct = blockDct([channels, height, width], Math.max(height, width))
  const [rows, columns] = [Math.ceil(height * strength.kept), Math.ceil(width * strength.kept)]
  const project = (x: Float32Array) => {
    const coefficients = x.slice()
    dct.forward(coefficients)
    for (let i = 0; i < coefficients.length; i++)
      if (i % width >= columns || Math.floor(i / width) % height >= rows) coefficients[i] = 0
    dct.inverse(coefficients)
    return coefficients
  }
  return { apply: project, adjoint: project }
}

function withDropout({ channels, height, width }: Block, random: RandomSource): ImageMap {
  const kept = Float32Array.from({ length: channels * height * width }, () =>
    random.open() < strength.dropped ? 0 : 1 / (1 - strength.dropped),
  )
  return weighted(kept)
}

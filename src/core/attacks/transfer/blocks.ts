import { rotated, rotatedBack } from '../../math/rotation.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { cropped, paste, type Placement } from '../../tensor/pad.ts'
import type { AttackState } from '../attack.ts'
import { shuffled, type RandomSource } from '../../random.ts'
import { drawnChange } from './changes.ts'
import type { Copies, ImageMap } from './copies.ts'

type Extents = readonly [channels: number, rows: number, columns: number]

/** A stretch of one axis. */
interface Span {
  readonly first: number
  readonly length: number
}

/** A block, where it goes, and what is done to it. */
interface Piece {
  readonly from: Placement
  readonly to: Placement
  readonly map: ImageMap
}

/**
 * BSR: blocks that change places, each turned by up to `degrees` (Wang et al., arXiv 2308.10299, section
 * 3.3), their sides between one and two shares of the whole.
 */
export function shuffledBlocks(options: {
  readonly count: number
  readonly blocks: number
  readonly degrees: number
}): Copies {
  return { count: options.count, draw: (state, sample) => shuffle(state, sample, options) }
}

function shuffle(
  state: AttackState,
  sample: number,
  { blocks, degrees }: { readonly blocks: number; readonly degrees: number },
): ImageMap {
  const random = state.random(sample)
  const [channels, rows, columns] = extentsOf(state)
  const shares = (extent: number) =>
    spansOf(
      extent,
      Array.from({ length: Math.min(blocks, extent) }, () => 1 + random.open()),
    )
  const bands = moved(shares(rows), random)
  const pieces = bands.flatMap(([fromRows, toRows]) =>
    moved(shares(columns), random).map(([fromColumns, toColumns]): Piece => {
      const angle = (random.symmetric() * degrees * Math.PI) / 180
      const turn = { channels, rows: fromRows.length, columns: fromColumns.length, angle }
      return {
        from: placement([channels, rows, columns], fromRows, fromColumns),
        to: placement([channels, rows, columns], toRows, toColumns),
        map: { apply: (x) => rotated(x, turn), adjoint: (y) => rotatedBack(y, turn) },
      }
    }),
  )
  return assembled(pieces)
}

/**
 * SIA: each block changed in one of ten ways that leave its structure (Wang et al., arXiv 2309.14700, section
 * 3.3): shifted along either axis, flipped along either, turned by 180°, scaled, with noise, resized, without
 * its high frequencies, or with values dropped.
 */
export function changedBlocks({
  count,
  blocks,
}: {
  readonly count: number
  readonly blocks: number
}): Copies {
  return {
    count,
    draw: (state, sample) => {
      const random = state.random(sample)
      const extents = extentsOf(state)
      const [, rows, columns] = extents
      const across = cut(columns, blocks, random)
      const pieces = cut(rows, blocks, random).flatMap((down) =>
        across.map((along): Piece => {
          const place = placement(extents, down, along)
          return { from: place, to: place, map: drawnChange(place, random) }
        }),
      )
      return assembled(pieces)
    },
  }
}

function extentsOf(state: AttackState): Extents {
  const { channels, rows, columns } = imageBatchExtents(state.x, 'Blocks')
  return [channels, rows, columns]
}

/** Cuts at distinct random places. */
function cut(extent: number, parts: number, random: RandomSource): Span[] {
  const places = shuffled(
    Array.from({ length: extent - 1 }, (_, i) => i + 1),
    random,
  )
  const ends = [...places.slice(0, parts - 1).sort((a, b) => a - b), extent]
  let first = 0
  return ends.map((end) => {
    const span = { first, length: end - first }
    first = end
    return span
  })
}

/** Stretches in proportion to weights, of at least one pixel. */
function spansOf(extent: number, weights: readonly number[]): Span[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let [first, passed] = [0, 0]
  return weights.map((weight, i) => {
    passed += weight
    const left = weights.length - 1 - i
    const end = Math.max(first + 1, Math.min(Math.round((passed / total) * extent), extent - left))
    const span = { first, length: end - first }
    first = end
    return span
  })
}

/** Each stretch, and where it lies once all are in a random order. */
function moved(spans: readonly Span[], random: RandomSource): [from: Span, to: Span][] {
  let first = 0
  return shuffled(spans, random).map((from) => {
    const to = { first, length: from.length }
    first += from.length
    return [from, to]
  })
}

function placement([channels, rows, columns]: Extents, down: Span, across: Span): Placement {
  const corner = [down.first, across.first] as const
  return { channels, rows, columns, height: down.length, width: across.length, corner }
}

/** The pieces' images together: they cover all pixels once. */
function assembled(pieces: readonly Piece[]): ImageMap {
  return {
    apply: (x) => {
      const whole = new Float32Array(x.length)
      for (const { from, to, map } of pieces) paste(whole, map.apply(cropped(x, from)), to)
      return whole
    },
    adjoint: (cotangent) => {
      const whole = new Float32Array(cotangent.length)
      for (const { from, to, map } of pieces) paste(whole, map.adjoint(cropped(cotangent, to)), from)
      return whole
    },
  }
}

import { z } from 'zod'
import { addScaled, clampTo, toScaledSign } from '../../math/kernels.ts'
import { movableBox, pastePatch, pullPatch, type Placement } from '../../math/patch.ts'
import type { RandomSource } from '../../random.ts'
import { extents4, tensor, type Shape } from '../../tensor/tensor.ts'
import { noBall, type RowInterval } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { stepSize } from '../settings.ts'
import { shared, sharedMethod, type Change } from './universal.ts'

const settings = z.strictObject({
  size: z
    .number()
    .positive()
    .max(1)
    .default(0.25)
    .describe('Side of the patch, as a part of the image’s shorter side.'),
  degrees: z
    .number()
    .min(0)
    .max(180)
    .default(22.5)
    .describe('It is turned by up to so many degrees, either way.'),
  smallest: z
    .number()
    .positive()
    .max(1)
    .default(0.8)
    .describe('It is made smaller, down to this part of its size.'),
  stepSize: stepSize(0.05),
  ...shared,
})

type Settings = z.output<typeof settings>

/** Adversarial patch: Brown et al. 2017, with sign steps. */
export const patch = defineMethod({
  name: 'patch',
  title: 'Adversarial patch',
  summary:
    'One and the same square for all images of a series or a cohort, learned over its places, turns and sizes within the region, and pasted into each.',
  equation:
    'p ← clip(p + α·sign(Σ_{x in B} ∇_p min(J(f(A(p, x, t)), y), β))), A pastes p into x at t, drawn anew for each image: place, turn and size',
  source: {
    authors: 'T. B. Brown, D. Mané, A. Roy, M. Abadi, J. Gilmer',
    title: 'Adversarial Patch',
    venue: 'NIPS 2017 workshop',
    identifier: 'arXiv:1712.09665',
  },
  access: 'white-box',
  stacks: false,
  settings,
  create: (chosen) =>
    sharedMethod(noBall(), chosen, {
      start: (shape) => {
        const [, channels, rows, columns] = extents4(shape)
        const side = sideOf(chosen, rows, columns)
        return tensor([1, channels, side, side], new Float32Array(channels * side * side).fill(0.5))
      },
      changeOf: (shape, box, random) => pasted(placementIn(box, { shape, random, chosen })),
      ascend: (p, gradient) => {
        toScaledSign(gradient, chosen.stepSize)
        addScaled(p, p, gradient, 1)
        toUnit(p)
      },
    }),
})

/** Within [0, 1], where −½ … ½ is a symmetric bound. */
function toUnit(p: Float32Array): void {
  const middle = new Float32Array(p.length).fill(0.5)
  addScaled(p, p, middle, -1)
  clampTo(p, 0.5)
  addScaled(p, p, middle, 1)
}

function sideOf({ size }: Settings, rows: number, columns: number): number {
  return Math.max(1, Math.round(size * Math.min(rows, columns)))
}

interface Drawn {
  /** [1, C, H, W] */
  readonly shape: Shape
  readonly random: RandomSource
  readonly chosen: Settings
}

/** A place whose middle is as far from the region's edges as half of the patch, where the region is that wide. */
function placementIn({ lower, upper }: RowInterval, { shape, random, chosen }: Drawn): Placement | undefined {
  const [, channels, rows, columns] = extents4(shape)
  const drawn = { scale: random.open(), angle: random.symmetric(), row: random.open(), column: random.open() }
  const box = movableBox(lower, upper, { rows, columns })
  if (box === undefined) return undefined
  const side = sideOf(chosen, rows, columns)
  const scale = chosen.smallest + (1 - chosen.smallest) * drawn.scale
  const along = (least: number, most: number, part: number) => {
    const room = Math.max(0, most - least + 1 - side * scale)
    return (least + most) / 2 + room * (part - 0.5)
  }
  return {
    channels,
    rows,
    columns,
    side,
    scale,
    angle: (drawn.angle * chosen.degrees * Math.PI) / 180,
    row: along(box.top, box.bottom, drawn.row),
    column: along(box.left, box.right, drawn.column),
  }
}

function pasted(place: Placement | undefined): Change {
  return {
    apply: (x, image, p) => {
      x.set(image)
      if (place !== undefined) pastePatch(x, p, place)
    },
    pull: (sum, gradient) => {
      if (place !== undefined) pullPatch(sum, gradient, place)
    },
  }
}

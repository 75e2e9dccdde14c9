import { tensor } from '../../tensor/tensor.ts'
import type { PreprocessingStep } from './step.ts'

/**
 * Relative intensities of any shape to [0, 1]: what a window does to values beyond its ends. The adjoint is zero beyond the ends and
 * passes *at* exactly 0 and 1: most of an image's background lies there, and such a pixel must be able to move inwards. (One that
 * moves outwards changes nothing and meets a zero gradient from then on.)
 */
export const clip: PreprocessingStep = {
  name: 'clip',
  apply: ({ shape, data }) => {
    const clipped = tensor(shape)
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0
      clipped.data[i] = value < 0 ? 0 : value > 1 ? 1 : value
    }
    return clipped
  },
  adjoint: ({ shape, data }, x) => {
    const passed = tensor(shape)
    for (let i = 0; i < data.length; i++) {
      const value = x.data[i] ?? 0
      if (value >= 0 && value <= 1) passed.data[i] = data[i] ?? 0
    }
    return passed
  },
}

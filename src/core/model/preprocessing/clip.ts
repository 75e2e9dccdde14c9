import { tensor } from '../../tensor/tensor.ts'
import type { PreprocessingStep } from './step.ts'

/**
 * Relative intensities of any shape to [0, 1]: what a window does to values beyond its ends. The adjoint is
 * zero beyond the ends and passes *at* exactly 0 and 1: most of an image's background lies there, and such a
 * pixel must be able to move inwards. (One that moves outwards changes nothing and meets a zero gradient from
 * then on.) Images within [0, 1], which most are, come back as they are.
 */
export const clip: PreprocessingStep = {
  name: 'clip',
  apply: (x) => {
    if (isWithin(x.data)) return x
    const clipped = tensor(x.shape)
    clipInto(clipped.data, x.data)
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

function isWithin(values: Float32Array): boolean {
  const { length } = values
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? 0
    if (!(value >= 0 && value <= 1)) return false
  }
  return true
}

function clipInto(clipped: Float32Array, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    clipped[i] = value < 0 ? 0 : value > 1 ? 1 : value
  }
}

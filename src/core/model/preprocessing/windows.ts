import { addThroughWindow, addTo, windowInto } from '../../math/planes.ts'
import { imageBatchExtents, planeOf } from '../../tensor/image-batch.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { RelativeWindow } from '../channel-list.ts'
import type { PreprocessingStep } from './step.ts'

/**
 * Grey images [N, 1, H, W] in relative intensity to what each window shows of them, [N, windows, H, W]: 0 and
 * 1 are a window's ends, and what lies beyond them is clipped. As of `clip`, the gradient passes at the ends.
 */
export function windowPlanes(windows: readonly RelativeWindow[]): PreprocessingStep {
  return {
    name: windows.length === 1 ? '1 window' : `${windows.length} windows`,
    apply: (x) => {
      const { count, rows, columns } = imageBatchExtents(x, 'Windows')
      const seen = tensor([count, windows.length, rows, columns])
      eachPlane(windows, count, (window, image, plane) => {
        if (window === undefined) planeOf(seen, plane).set(planeOf(x, image))
        else windowInto(planeOf(seen, plane), planeOf(x, image), window)
      })
      return seen
    },
    adjoint: (cotangent, x) => {
      const back = tensor(x.shape)
      eachPlane(windows, imageBatchExtents(x, 'Windows').count, (window, image, plane) => {
        if (window === undefined) addTo(planeOf(back, image), planeOf(cotangent, plane))
        else addThroughWindow(planeOf(back, image), planeOf(cotangent, plane), planeOf(x, image), window)
      })
      return back
    },
  }
}

function eachPlane(
  windows: readonly RelativeWindow[],
  count: number,
  visit: (window: RelativeWindow, image: number, plane: number) => void,
): void {
  for (let image = 0; image < count; image++)
    for (const [at, window] of windows.entries()) visit(window, image, image * windows.length + at)
}

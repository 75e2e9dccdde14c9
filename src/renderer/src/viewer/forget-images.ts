import { forgetGeometry } from '../state/geometry.ts'
import { forgetFrames } from './image-loader.ts'
import { forgetDrawings } from './measurements/tool-states.ts'
import { forgetPlanes } from './volume/plane-image.ts'
import { forgetVolumes } from './volume/volumes.ts'

/**
 * Lets a study's images, or a run's, go: frames and volumes; of a study what was drawn, and where they lie.
 */
export function forgetImages(of: { readonly study: string } | { readonly run: string }): void {
  forgetFrames(of)
  forgetVolumes(of)
  forgetPlanes(of)
  if (!('study' in of)) return
  forgetDrawings(of.study)
  forgetGeometry(of.study)
}

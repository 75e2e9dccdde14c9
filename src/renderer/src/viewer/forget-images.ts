import { forgetGeometry } from '../state/geometry.ts'
import { forgetFrames } from './image-loader.ts'
import { forgetVolumes } from './volume/volumes.ts'

/** Lets a study's images, or a run's, go: frames, volumes, what was drawn on them, and where they lie. */
export function forgetImages(of: { readonly study: string } | { readonly run: string }): void {
  forgetFrames(of)
  forgetVolumes(of)
  if ('study' in of) forgetGeometry(of.study)
}

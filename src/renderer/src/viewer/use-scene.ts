import { useEffect, useState } from 'react'
import type { FrameRef } from './frame.ts'
import { imageIdOf, loadFrame, type ViewerImage } from './image-loader.ts'

/**
 * Frames of one viewport: the image, the perturbation where a run has one, and the image right of a
 * divider.
 */
export interface LoadedScene {
  readonly image: ViewerImage
  readonly perturbation: ViewerImage | undefined
  readonly swiped: ViewerImage | undefined
}

export interface SceneState {
  /** The last one that was ready: stays while the next one is on its way. */
  readonly scene: LoadedScene | undefined
  /** Why the one asked for can't be shown. */
  readonly error: unknown
  readonly isLoading: boolean
}

/** Loads an image and what belongs to it together, so that they never show different slices. */
export function useScene(
  image: FrameRef | undefined,
  perturbation: FrameRef | undefined,
  swiped: FrameRef | undefined,
): SceneState {
  const [state, setState] = useState<SceneState>({ scene: undefined, error: undefined, isLoading: false })
  const key = [image, perturbation, swiped].map((ref) => (ref === undefined ? '' : imageIdOf(ref))).join(' ')
  useEffect(() => {
    if (image === undefined) {
      setState({ scene: undefined, error: undefined, isLoading: false })
      return
    }
    let isCurrent = true
    // Cached frames come at once; only what takes longer is shown.
    const slow = setTimeout(() => {
      setState((before) => ({ ...before, isLoading: true }))
    }, 150)
    Promise.all([loadFrame(image), loadIfAny(perturbation), loadIfAny(swiped)])
      .then(([loaded, change, second]) => ({
        scene: { image: loaded, perturbation: change, swiped: second },
        error: undefined,
        isLoading: false,
      }))
      .catch((error: unknown) => ({ scene: undefined, error, isLoading: false }))
      .then((next) => {
        clearTimeout(slow)
        if (isCurrent) setState(next)
      })
      .catch(() => undefined)
    return () => {
      isCurrent = false
      clearTimeout(slow)
    }
    // The key names the frames; the objects are new at each rendering.
  }, [key])
  return state
}

function loadIfAny(ref: FrameRef | undefined): Promise<ViewerImage> | undefined {
  return ref === undefined ? undefined : loadFrame(ref)
}

import { useEffect, useRef, useState } from 'react'
import type { FrameRef } from './frame.ts'
import { imageIdOf, isLoading, loadFrame, type ViewerImage } from './image-loader.ts'

/** How a model's loss answers to each pixel of one image. */
export interface GradientState {
  /** May be of the image before while the next one is on its way: see `isGradientOf`. */
  readonly image: ViewerImage | undefined
  /** Why there is none. */
  readonly error: unknown
  readonly isComputing: boolean
}

const nothing: GradientState = { image: undefined, error: undefined, isComputing: false }

/** Scrolling rests this long before a gradient is computed: each takes the engine a moment, or seconds. */
const restMilliseconds = 150

/**
 * Computes an image's gradient, or finds it among those kept. One at a time: images that were scrolled
 * past meanwhile are left out.
 */
export function useGradient(ref: FrameRef | undefined): GradientState {
  const [state, setState] = useState(nothing)
  const inWork = useRef<Promise<unknown>>(Promise.resolve())
  const key = ref === undefined ? '' : imageIdOf(ref)
  useEffect(() => {
    if (ref === undefined) {
      setState(nothing)
      return
    }
    let isCurrent = true
    const slow = setTimeout(() => {
      setState({ ...nothing, isComputing: true })
    }, restMilliseconds)
    const show = (next: GradientState): void => {
      clearTimeout(slow)
      if (isCurrent) setState(next)
    }
    const turn = isLoading(ref) ? Promise.resolve() : rest().then(() => inWork.current)
    void turn.then(() => {
      if (isCurrent) inWork.current = outcome(ref).then(show)
    })
    return () => {
      isCurrent = false
      clearTimeout(slow)
    }
    // The key names the frame; the object is new at each rendering.
  }, [key])
  return state
}

function rest(): Promise<void> {
  return new Promise((rested) => setTimeout(rested, restMilliseconds))
}

function outcome(ref: FrameRef): Promise<GradientState> {
  return loadFrame(ref).then(
    (image) => ({ ...nothing, image }),
    (error: unknown) => ({ ...nothing, error }),
  )
}

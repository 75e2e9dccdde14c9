import cornerstone from 'cornerstone-core'
import { useEffect, useRef } from 'react'
import type { FrameRef } from './frame.ts'
import { loadFrame } from './image-loader.ts'
import { initViewer } from './tools.ts'
import classes from './viewer.module.css'

/** A small image of a frame; black where it can't be read. */
export function Thumbnail({
  study,
  image,
  frame,
  size,
}: Omit<FrameRef, 'kind' | 'run'> & { readonly size: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let isCurrent = true
    initViewer()
    loadFrame({ study, image, frame, kind: 'original' })
      .then((loaded) => {
        if (isCurrent && canvas.current !== null) cornerstone.renderToCanvas(canvas.current, loaded)
      })
      .catch(() => undefined)
    return () => {
      isCurrent = false
    }
  }, [study, image, frame])
  return <canvas ref={canvas} className={classes['thumbnail']} width={size} height={size} aria-hidden />
}

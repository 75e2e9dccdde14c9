import { useEffect, useRef } from 'react'
import { texts } from '../texts.ts'
import { signedColour } from './colormap.ts'
import classes from './viewer.module.css'

/** The signed colours from −limit over zero to +limit. */
export function ColourLegend({ limit }: { readonly limit: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    for (let x = 0; context && x < steps; x++) {
      context.fillStyle = `rgb(${signedColour((2 * x) / (steps - 1) - 1).join(' ')})`
      context.fillRect(x, 0, 1, 1)
    }
  }, [])
  return (
    <div className={classes['legend']} data-testid="legend" role="img" aria-label={texts.viewer.legend(limit)}>
      <canvas ref={canvas} width={steps} height={1} />
      <div className={classes['legendTicks']} aria-hidden>
        <span>−</span>
        <span>0</span>
        <span>+</span>
      </div>
      <div aria-hidden>{limit}</div>
    </div>
  )
}

const steps = 101

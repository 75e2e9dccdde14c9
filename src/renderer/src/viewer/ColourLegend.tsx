import { useEffect, useRef } from 'react'
import { texts } from '../texts.ts'
import { colourOf, type Colours } from './colormap.ts'
import classes from './viewer.module.css'

interface ColourLegendProps {
  readonly colours: Colours
  /** What the strongest colour means, with its unit. */
  readonly limit: string
}

/** Signed colours from −limit over zero to +limit, or magnitudes from zero to the limit. */
export function ColourLegend({ colours, limit }: ColourLegendProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    const from = colours === 'signed' ? -1 : 0
    for (let x = 0; context && x < steps; x++) {
      context.fillStyle = `rgb(${colourOf(from + ((1 - from) * x) / (steps - 1), colours).join(' ')})`
      context.fillRect(x, 0, 1, 1)
    }
  }, [colours])
  return (
    <div
      className={classes['legend']}
      data-testid="legend"
      role="img"
      aria-label={texts.viewer.legends[colours](limit)}
    >
      <canvas ref={canvas} width={steps} height={1} />
      <div className={classes['legendTicks']} aria-hidden>
        {texts.viewer.legendTicks[colours].map((tick) => (
          <span key={tick}>{tick}</span>
        ))}
      </div>
      <div aria-hidden>{limit}</div>
    </div>
  )
}

const steps = 101

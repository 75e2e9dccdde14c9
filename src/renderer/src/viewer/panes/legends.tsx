import { colourOf } from '../colormap.ts'
import type { Layers } from './use-layers.ts'
import { texts } from '../../texts.ts'
import { boxDashes, type BoxOrigin, type BoxOverlay, type MaskOverlay, type Overlay } from '../overlays.ts'
import classes from '../viewer.module.css'
import { useEffect, useRef } from 'react'

/** What the colours over an image mean. */
export function Legends({ layers: { overlay, masks, boxes } }: { readonly layers: Layers }) {
  return (
    <>
      {overlay !== undefined && <ColourLegend {...overlay} />}
      {masks !== undefined && <MaskLegend overlay={masks} />}
      {boxes !== undefined && <BoxLegend overlay={boxes} />}
    </>
  )
}

const origins: readonly BoxOrigin[] = ['annotated', 'before', 'after']

/** Which colour is which class, and which line is whose. */
function BoxLegend({ overlay }: { readonly overlay: BoxOverlay }) {
  return (
    <div className={classes['legend']} data-testid="box-legend">
      {overlay.classes.map(({ name, colour }) => (
        <div key={name} className={classes['maskClass']}>
          <span className={classes['swatch']} style={{ background: colour }} />
          {name}
        </div>
      ))}
      {origins.map((origin) => {
        const boxes = overlay[origin]
        return (
          boxes && (
            <div key={origin} className={classes['maskClass']}>
              <svg className={classes['lineSample']} aria-hidden>
                <line
                  x2="100%"
                  y1="50%"
                  y2="50%"
                  stroke="#fff"
                  strokeWidth={2}
                  strokeDasharray={boxDashes[origin].join(' ')}
                />
              </svg>
              {texts.viewer.boxLines[origin](boxes.length)}
            </div>
          )
        )
      })}
    </div>
  )
}

/** Signed colours from −limit over zero to +limit, or magnitudes from zero to the limit. */
function ColourLegend({ colours, meaning }: Pick<Overlay, 'colours' | 'meaning'>) {
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
      aria-label={texts.viewer.legends[colours](meaning)}
    >
      <canvas ref={canvas} width={steps} height={1} />
      <div className={classes['legendTicks']} aria-hidden>
        {texts.viewer.legendTicks[colours].map((tick) => (
          <span key={tick}>{tick}</span>
        ))}
      </div>
      <div aria-hidden>{meaning}</div>
    </div>
  )
}

const steps = 101

/** Which colour is which class, and that outlines are before and areas after the attack. */
function MaskLegend({ overlay: { classes: shown, fill } }: { readonly overlay: MaskOverlay }) {
  return (
    <div className={classes['legend']} data-testid="mask-legend">
      {shown.map(({ name, colour }) => (
        <div key={name} className={classes['maskClass']}>
          <span className={classes['swatch']} style={{ background: colour }} />
          {name}
        </div>
      ))}
      <div>{fill === undefined ? texts.viewer.maskBefore : texts.viewer.maskBeforeAfter}</div>
    </div>
  )
}

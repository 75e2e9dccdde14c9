import { texts } from '../texts.ts'
import { boxDashes, type BoxOrigin, type BoxOverlay } from './box-overlay.ts'
import classes from './viewer.module.css'

const origins: readonly BoxOrigin[] = ['annotated', 'before', 'after']

/** Which colour is which class, and which line is whose. */
export function BoxLegend({ overlay }: { readonly overlay: BoxOverlay }) {
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

import { texts } from '../texts.ts'
import type { MaskOverlay } from './mask-overlay.ts'
import classes from './viewer.module.css'

/** Which colour is which class, and that outlines are before and areas after the attack. */
export function MaskLegend({ overlay: { classes: shown, fill } }: { readonly overlay: MaskOverlay }) {
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

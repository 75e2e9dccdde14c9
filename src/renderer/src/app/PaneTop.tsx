import type { ReactNode } from 'react'
import type { PaneKind } from '../state/panes.ts'
import { texts } from '../texts.ts'
import classes from '../viewer/viewer.module.css'
import { KindChoice } from './KindChoice.tsx'

interface PaneTopProps {
  readonly index: number
  readonly kind: PaneKind
  /** Whether there are a run's pictures to choose from. */
  readonly hasRun: boolean
  readonly lines: readonly string[]
  /** What else is to be said of the picture. */
  readonly children?: ReactNode
}

/** Above a picture: of which kind it is, and whose. */
export function PaneTop({ index, kind, hasRun, lines, children }: PaneTopProps) {
  return (
    <div className={classes['top']}>
      <div className={classes['topRow']}>
        {hasRun && <KindChoice index={index} kind={kind} />}
        {kind !== 'original' && <GeneratedLabel />}
      </div>
      {lines.length > 0 && (
        <div className={classes['lines']}>
          {lines.map((line, i) => (
            <div key={i}>{line}</div>
          ))}
        </div>
      )}
      {children}
    </div>
  )
}

/** A picture that is generated says so, always. */
function GeneratedLabel() {
  return (
    <span className={classes['adversarial']} data-testid="adversarial-label">
      {texts.viewer.adversarial}
    </span>
  )
}

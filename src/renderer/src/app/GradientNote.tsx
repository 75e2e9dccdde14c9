import { texts } from '../texts.ts'
import classes from '../viewer/viewer.module.css'
import { Fault } from './Fault.tsx'
import type { ShownGradient } from './use-shown-gradient.ts'

/** Why a gradient that is switched on isn't there (yet). The picture below stays as it is. */
export function GradientNote({ gradient }: { readonly gradient: ShownGradient }) {
  const { isWanted, model, error, isComputing } = gradient
  if (!isWanted || (model !== undefined && error === undefined && !isComputing)) return null
  return (
    <div className={classes['note']} role="status" data-testid="gradient-note">
      {error === undefined ? noteText(model) : <Fault tone="note" error={error} />}
    </div>
  )
}

function noteText(model: string | undefined): string {
  return model === undefined ? texts.viewer.noModel : texts.viewer.computingGradient
}

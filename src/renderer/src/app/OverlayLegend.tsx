import { useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { ColourLegend } from '../viewer/ColourLegend.tsx'
import { limitText, type PerturbationScale } from '../viewer/legend.ts'
import type { Overlay } from '../viewer/overlay.ts'
import { threeDigits } from '../viewer/probe.ts'

interface OverlayLegendProps {
  readonly overlay: Overlay
  /** Undefined where there is no run, and so no perturbation. */
  readonly scale: PerturbationScale | undefined
}

/**
 * What an overlay's colours mean: the perturbation's in the unit that was chosen, the gradient's in its own.
 */
export function OverlayLegend({ overlay: { colours, limit }, scale }: OverlayLegendProps) {
  const { magnification, unit } = useUi((ui) => ui.overlay)
  if (colours === 'magnitude')
    return <ColourLegend colours={colours} limit={texts.viewer.gradientLimit(threeDigits(limit))} />
  return scale === undefined ? null : (
    <ColourLegend colours={colours} limit={limitText(scale, magnification, unit)} />
  )
}

import { BoxLegend } from '../viewer/BoxLegend.tsx'
import type { PerturbationScale } from '../viewer/legend.ts'
import { MaskLegend } from '../viewer/MaskLegend.tsx'
import { OverlayLegend } from './OverlayLegend.tsx'
import type { Layers } from './use-layers.ts'

interface LegendsProps {
  readonly layers: Layers
  /** Undefined where there is no run, and so no perturbation. */
  readonly scale: PerturbationScale | undefined
}

/** What the colours over a picture mean. */
export function Legends({ layers: { overlay, masks, boxes }, scale }: LegendsProps) {
  return (
    <>
      {overlay !== undefined && <OverlayLegend overlay={overlay} scale={scale} />}
      {masks !== undefined && <MaskLegend overlay={masks} />}
      {boxes !== undefined && <BoxLegend overlay={boxes} />}
    </>
  )
}

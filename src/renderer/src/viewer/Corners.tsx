import { texts } from '../texts.ts'
import type { Frame } from './frame.ts'
import { lengthText, orientationMarkers, scaleBar } from './orientation.ts'
import { probe, probeText, shortNumber } from './probe.ts'
import type { LoadedScene } from './use-scene.ts'
import type { Drawn } from './Viewport.tsx'
import { useCursor } from './viewports.ts'
import classes from './viewer.module.css'

interface CornersProps {
  /** Whether windows apply: not to colours that stand for values. */
  readonly isWindowed: boolean
  readonly scene: LoadedScene
  readonly gradient: Frame | undefined
  readonly drawn: Drawn
  readonly slice: number
  readonly count: number
  /** Names where the image is: the pointer's pixel is of one place. */
  readonly place: string
  /** Six direction cosines (0020,0037). */
  readonly orientation: readonly number[] | undefined
}

/** Numbers and marks around an image. */
export function Corners({ isWindowed, scene, gradient, drawn, ...at }: CornersProps) {
  const { slice, count, place, orientation } = at
  const { frame } = scene.image
  const { center, width } = drawn.view.window ?? frame.window
  const markers = orientationMarkers(orientation, drawn.view)
  return (
    <div className={classes['corners']}>
      <ProbeLine {...{ scene, gradient, place }} />
      <div className={classes['bottomRight']}>
        <ScaleBarLine scene={scene} scale={drawn.scale} />
        <div data-testid="slice">{texts.viewer.slice(slice + 1, count)}</div>
        {isWindowed && frame.samples === 1 && (
          <div data-testid="window">
            {texts.viewer.window(shortNumber(round(center)), shortNumber(round(width)))}
          </div>
        )}
        <div data-testid="zoom">{texts.viewer.zoom(Math.round(drawn.scale * 100))}</div>
      </div>
      <span className={classes['markerLeft']}>{markers.left}</span>
      <span className={classes['markerRight']}>{markers.right}</span>
      <span className={classes['markerTop']}>{markers.top}</span>
      <span className={classes['markerBottom']}>{markers.bottom}</span>
    </div>
  )
}

function round(value: number): number {
  return Math.abs(value) >= 10 ? Math.round(value) : value
}

function ProbeLine({
  scene: { image, perturbation, swiped },
  gradient,
  place,
}: Pick<CornersProps, 'scene' | 'gradient' | 'place'>) {
  const pixel = useCursor((cursor) => (cursor.place === place ? cursor.pixel : undefined))
  const layers = { perturbation: perturbation?.frame, gradient, after: swiped?.frame }
  const found = pixel && probe(image.frame, layers, pixel.x, pixel.y)
  if (found === undefined) return null
  return (
    <div className={classes['bottomLeft']} data-testid="probe">
      {probeText(found)}
    </div>
  )
}

function ScaleBarLine({ scene, scale }: Pick<CornersProps, 'scene'> & { readonly scale: number }) {
  const { spacing } = scene.image.frame
  // cornerstone keeps the shorter side of a pixel and stretches the other.
  const bar = scaleBar(spacing && scale / Math.min(spacing.row, spacing.column), 120)
  if (bar === undefined) return null
  return (
    <div className={classes['scaleBar']} style={{ width: `${bar.pixels}px` }}>
      {lengthText(bar.millimetres)}
    </div>
  )
}

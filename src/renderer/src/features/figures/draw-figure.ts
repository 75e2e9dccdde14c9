import { withResolution } from '../../../../core/image/png-resolution.ts'
import { evenTracks, useTracks } from '../../state/grid-tracks.ts'
import { type Pane, sidesOf } from '../../state/panes.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { type Colours, colourOf } from '../../viewer/colormap.ts'
import { enlarged } from '../../viewer/enlarged.ts'
import { lengthText, scaleBar } from '../../viewer/orientation.ts'
import type { Area, Scene, ViewportControl } from '../../viewer/viewport-control.ts'
import { viewportAt } from '../../viewer/viewports.ts'
import {
  drawFigure,
  figureSvg,
  type FigureFormat,
  millimetresPerInch,
  pixelsOf,
  tiffOf,
} from './figure-files.ts'
import {
  type Box,
  type FigureBackground,
  type FigureLayout,
  type FigureLegend,
  type FigurePart,
  layoutFigure,
  type Mark,
  scaleBarMarks,
} from './figure-layout.ts'

/** What the user chooses of a figure. */
export interface FigureChoice {
  readonly of: 'viewport' | 'layout'
  /** Whole width in millimetres. */
  readonly width: number
  /** Pixels per inch; of pictures within an SVG too. */
  readonly dpi: number
  readonly format: FigureFormat
  readonly background: FigureBackground
  readonly letters: boolean
  readonly names: boolean
  readonly legends: boolean
  readonly scaleBars: boolean
  /** Whether what lies beside the image is left out. */
  readonly isTrimmed: boolean
}

/** A viewport that shows an image, and what of it a figure takes. */
interface Source {
  readonly control: ViewportControl
  readonly scene: Scene
  readonly area: Area
  readonly part: FigurePart
}

/** Longest side of a figure, in pixels: canvases end there. */
export const mostPixels = 16_000

/** The figure of what viewports show; undefined where none shows an image. */
export interface Figure {
  readonly layout: FigureLayout
  /** In pixels at the chosen resolution. */
  readonly pixels: { readonly width: number; readonly height: number }
  /** Whether a scale bar is wanted of an image that says no spacing. */
  readonly lacksScale: boolean
  /** @throws Error where the browser refuses a canvas of that size. */
  draw(): Promise<Blob>
}

/** Plans a figure as it is chosen: sizes are known before anything is drawn. */
export function planFigure(choice: FigureChoice): Figure | undefined {
  const sources = sourcesOf(choice)
  if (sources.length === 0) return undefined
  const { columns } = tracksNow()
  const parts = sources.map(({ part }) => part)
  const layout = layoutFigure(parts, { ...choice, columns })
  const bars = choice.scaleBars ? sources.flatMap((source, i) => barOf(source, layout.pictures[i])) : []
  const whole = { ...layout, marks: [...layout.marks, ...bars] }
  const { dpi } = choice
  return {
    layout: whole,
    pixels: { width: pixelsOf(layout.width, dpi), height: pixelsOf(layout.height, dpi) },
    lacksScale: choice.scaleBars && sources.some(({ scene }) => scene.image.frame.spacing === undefined),
    draw: async () => written(whole, await picturesOf(sources, layout, dpi), choice),
  }
}

function tracksNow() {
  const { layout } = useUi.getState()
  return useTracks.getState().moved[layout] ?? evenTracks(layout)
}

function sourcesOf({ of, isTrimmed }: FigureChoice): Source[] {
  const { panes, activePane, layout } = useUi.getState()
  return panes.flatMap((pane, index) => {
    if (of === 'viewport' && index !== activePane) return []
    const control = viewportAt(index)
    const [scene, covered] = [control?.shown, control?.covered]
    if (control === undefined || scene === undefined || covered === undefined) return []
    const area = isTrimmed ? covered : { x: 0, y: 0, ...control.size }
    if (!(area.width > 0 && area.height > 0)) return []
    const { columns } = sidesOf(layout)
    const place = { row: Math.floor(index / columns), column: index % columns }
    const part = {
      ...place,
      aspect: area.height / area.width,
      name: nameOf(pane),
      legend: legendOf(scene),
    }
    return [{ control, scene, area, part }]
  })
}

function nameOf({ kind, plane }: Pane): string {
  const name = texts.viewer.kinds[kind]
  return plane === undefined ? name : `${name}, ${texts.viewer.planes[plane.name]}`
}

/** What the colours over an image mean, in the words of the viewport's own legend. */
function legendOf({ overlay, masks, boxes }: Scene): FigureLegend {
  const bar = overlay && { stops: stopsOf(overlay.colours), ticks: texts.viewer.legendTicks[overlay.colours] }
  const said = (text: string) => ({ colour: undefined, text })
  const classes = [...(masks?.classes ?? []), ...(boxes?.classes ?? [])]
  const maskText = masks?.fill === undefined ? texts.viewer.maskBefore : texts.viewer.maskBeforeAfter
  const origins = (['annotated', 'before', 'after'] as const).flatMap((origin) => {
    const of = boxes?.[origin]
    return of === undefined
      ? []
      : [said(`${texts.viewer.boxLines[origin](of.length)}, ${texts.figure.lines[origin]}`)]
  })
  return {
    bar,
    lines: [
      ...(overlay === undefined ? [] : [said(overlay.meaning)]),
      ...classes.map(({ name, colour }) => ({ colour, text: name })),
      ...(masks === undefined ? [] : [said(maskText)]),
      ...origins,
    ],
  }
}

/** The colours' own stops: between them they are linear. */
function stopsOf(colours: Colours): (readonly [at: number, colour: string])[] {
  const from = colours === 'signed' ? -1 : 0
  const count = colours === 'signed' ? 6 : 3
  return Array.from({ length: count + 1 }, (_, i) => {
    const at = i / count
    return [at, `rgb(${colourOf(from + (1 - from) * at, colours).join(',')})`] as const
  })
}

/** The longest round bar in a third of the picture; none where the file has no spacing. */
function barOf({ control, scene, area }: Source, picture: Box | undefined): Mark[] {
  const { spacing } = scene.image.frame
  if (spacing === undefined || picture === undefined) return []
  // cornerstone keeps the shorter side of a pixel and stretches the other.
  const perMillimetre = control.scale / Math.min(spacing.row, spacing.column)
  const bar = scaleBar(perMillimetre, area.width / 3)
  if (bar === undefined) return []
  const length = (bar.pixels / area.width) * picture.width
  return scaleBarMarks(picture, length, lengthText(bar.millimetres))
}

/** Each viewport drawn at the resolution of its place, one after the other: canvases are large. */
async function picturesOf(
  sources: readonly Source[],
  { pictures }: FigureLayout,
  dpi: number,
): Promise<HTMLCanvasElement[]> {
  const drawn: HTMLCanvasElement[] = []
  for (const [i, picture] of pictures.entries()) {
    const source = sources[i]
    if (source === undefined) break
    const { control, area } = source
    const factor = ((picture.width / millimetresPerInch) * dpi) / area.width
    drawn.push(await enlarged(control, area, factor))
  }
  return drawn
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')
  if (context === null) throw new Error(texts.figure.noCanvas)
  return context
}

async function written(
  layout: FigureLayout,
  pictures: readonly HTMLCanvasElement[],
  { format, dpi }: FigureChoice,
): Promise<Blob> {
  if (format === 'svg') {
    const urls = pictures.map((picture) => picture.toDataURL('image/png'))
    return new Blob([figureSvg(layout, urls)], { type: 'image/svg+xml' })
  }
  const canvas = canvasOf(pixelsOf(layout.width, dpi), pixelsOf(layout.height, dpi))
  const context = contextOf(canvas)
  drawFigure(context, layout, pictures, dpi)
  if (format === 'tiff') {
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    return new Blob([tiffOf(data, canvas.width, canvas.height, dpi)], { type: 'image/tiff' })
  }
  const png = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, 'image/png')
  })
  if (png === null) throw new Error(texts.figure.noCanvas)
  return new Blob([withResolution(new Uint8Array(await png.arrayBuffer()), dpi)], { type: 'image/png' })
}

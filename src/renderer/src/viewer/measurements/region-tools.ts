import cornerstoneTools, { type RegionData, type RenderEvent } from 'cornerstone-tools'
import { shapeBetween, type RegionShape } from '../region.ts'
import { measuredLines } from './number-texts.ts'
import { shownIn } from './shown-in.ts'

const drawing = {
  newContext: cornerstoneTools.importInternal('drawing/getNewContext'),
  draw: cornerstoneTools.importInternal('drawing/draw'),
  ellipse: cornerstoneTools.importInternal('drawing/drawEllipse'),
  rectangle: cornerstoneTools.importInternal('drawing/drawRect'),
  handles: cornerstoneTools.importInternal('drawing/drawHandles'),
  text: cornerstoneTools.importInternal('drawing/drawLinkedTextBox'),
}

/** Draws the regions of an element, each with the statistics of the image that the element shows. */
function render(kind: RegionShape['kind'], tool: string, { currentTarget, detail }: RenderEvent): void {
  const regions = cornerstoneTools.getToolState(currentTarget, tool)?.data ?? []
  if (regions.length === 0) return
  const context = drawing.newContext(detail.canvasContext.canvas)
  drawing.draw(context, () => {
    for (const data of regions as readonly RegionData[]) renderOne(kind, { data, detail, context })
  })
}

interface Rendered {
  readonly data: RegionData
  readonly detail: RenderEvent['detail']
  readonly context: CanvasRenderingContext2D
}

function renderOne(kind: RegionShape['kind'], { data, detail, context }: Rendered): void {
  const { start, end, textBox } = data.handles
  const color = cornerstoneTools.toolColors.getColorIfActive(data)
  drawing[kind](context, detail.element, start, end, { color }, 'pixel', data.handles.initialRotation)
  drawing.handles(context, detail, data.handles, { color })
  const shape = shapeBetween(kind, start, end)
  if (textBox.hasMoved !== true) Object.assign(textBox, { x: shape.right, y: (shape.top + shape.bottom) / 2 })
  const shown = shownIn(detail.element)
  const lines = [
    ...(data.name === undefined ? [] : [data.name]),
    ...(shown ? measuredLines(shown, shape) : []),
  ]
  drawing.text(
    context,
    detail.element,
    textBox,
    lines,
    data.handles,
    () => anchorsOf(shape),
    color,
    1,
    10,
    true,
  )
}

function anchorsOf({ left, right, top, bottom }: RegionShape) {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2]
  return [
    { x, y: top },
    { x: left, y },
    { x, y: bottom },
    { x: right, y },
  ]
}

/** An ellipse whose statistics are those of the image that each viewport shows, with unit and change. */
export class MeasuredEllipse extends cornerstoneTools.EllipticalRoiTool {
  readonly name = 'EllipticalRoi'
  renderToolData(event: RenderEvent): void {
    render('ellipse', this.name, event)
  }
}

/** Likewise a rectangle. */
export class MeasuredRectangle extends cornerstoneTools.RectangleRoiTool {
  readonly name = 'RectangleRoi'
  renderToolData(event: RenderEvent): void {
    render('rectangle', this.name, event)
  }
}

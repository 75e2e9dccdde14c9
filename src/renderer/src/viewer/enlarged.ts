import cornerstone from 'cornerstone-core'
import { sizeTools } from './tools.ts'
import { type Area, createViewport, type ViewportControl } from './viewport-control.ts'

/** A part of what a viewport shows, drawn anew so many times as large: lines, letters and measurements too. */
export async function enlarged(
  { shown, view, size }: Pick<ViewportControl, 'shown' | 'view' | 'size'>,
  area: Area,
  factor: number,
): Promise<HTMLCanvasElement> {
  if (shown === undefined) throw new Error('internal: nothing is shown here')
  const element = unseen(size.width * factor, size.height * factor)
  let drawn: () => void = () => undefined
  const isDrawn = new Promise<void>((resolve) => {
    drawn = resolve
  })
  const listeners = {
    onView: () => undefined,
    onDrawn: () => {
      drawn()
    },
  }
  const control = createViewport(element, listeners, factor)
  try {
    sizeTools(factor)
    control.setView(view)
    control.show(shown)
    // The tools draw in the same event, after us.
    await isDrawn
    return cut(cornerstone.getEnabledElement(element).canvas, area, factor)
  } finally {
    sizeTools(1)
    control.dispose()
    element.remove()
  }
}

/** An element of that size off the page's edge: cornerstone draws on nothing that has none. */
function unseen(width: number, height: number): HTMLElement {
  const element = document.createElement('div')
  const size = { width: `${Math.round(width)}px`, height: `${Math.round(height)}px` }
  Object.assign(element.style, { position: 'fixed', left: '100vw', top: '0', ...size })
  document.body.append(element)
  return element
}

function cut(canvas: HTMLCanvasElement, area: Area, factor: number): HTMLCanvasElement {
  const part = document.createElement('canvas')
  part.width = Math.round(area.width * factor)
  part.height = Math.round(area.height * factor)
  part.getContext('2d')?.drawImage(canvas, -area.x * factor, -area.y * factor)
  return part
}

import cornerstone from 'cornerstone-core'
import cornerstoneMath from 'cornerstone-math'
import cornerstoneTools, { type MeasurementEvent } from 'cornerstone-tools'
import hammer from 'hammerjs'
import { watchDrawing } from './drawing.ts'
import { registerFrameLoader } from './image-loader.ts'
import { MeasuredEllipse, MeasuredRectangle } from './measurements/region-tools.ts'
import { shapeBetween, type RegionShape } from './region.ts'
import type { ToolName } from '../state/ui-store.ts'

/** The crosshair is no tool of theirs: viewports hear of it themselves. */
const names: Readonly<Record<Exclude<ToolName, 'crosshair'>, string>> = {
  window: 'Wwwc',
  pan: 'Pan',
  zoom: 'Zoom',
  length: 'Length',
  angle: 'Angle',
  ellipse: 'EllipticalRoi',
  rectangle: 'RectangleRoi',
  magnify: 'Magnify',
  region: 'RegionRectangle',
  'region-ellipse': 'RegionEllipse',
}

/** Drawn by hand, shown by cornerstone-tools; cleared together. */
const measurements = [names.length, names.angle, names.ellipse, names.rectangle]

/** Whether a tool leaves something where it is clicked. */
export function isDrawing(tool: ToolName): boolean {
  return !['window', 'pan', 'zoom', 'magnify', 'crosshair'].includes(tool)
}

const [leftButton, rightButton, middleButton] = [1, 2, 4]

/** Bytes of frames that a page keeps decoded; the engine has its own cache, this one is for scrolling. */
const frameCacheBytes = 512 * 1024 * 1024

let ready = false

/** Ties the four cornerstone packages together, once. */
export function initViewer(): void {
  if (ready) return
  ready = true
  registerFrameLoader(frameCacheBytes)
  Object.assign(cornerstoneTools.external, { cornerstone, cornerstoneMath, Hammer: hammer })
  // We draw no label maps; their set-up would build a table of 65535 colours, and say so on the console.
  Object.assign(cornerstoneTools.getModule('segmentation'), { onRegisterCallback: undefined })
  cornerstoneTools.init({ globalToolSyncEnabled: true, showSVGCursors: false, touchEnabled: true })
  cornerstoneTools.toolColors.setToolColor('#7ee0d0')
  cornerstoneTools.toolColors.setActiveColor('#ffd43b')
  sizeTools(1)
  cornerstoneTools.textStyle.setBackgroundColor('rgba(0, 0, 0, 0.6)')
  for (const tool of [
    cornerstoneTools.WwwcTool,
    cornerstoneTools.PanTool,
    cornerstoneTools.LengthTool,
    cornerstoneTools.AngleTool,
  ])
    cornerstoneTools.addTool(tool)
  cornerstoneTools.addTool(cornerstoneTools.ZoomTool, {
    configuration: { invert: false, minScale: 0.05, maxScale: 60 },
  })
  cornerstoneTools.addTool(cornerstoneTools.MagnifyTool, {
    configuration: { magnifySize: 250, magnificationLevel: 3 },
  })
  for (const tool of [MeasuredEllipse, MeasuredRectangle])
    cornerstoneTools.addTool(tool, { configuration: { drawHandles: true } })
  cornerstoneTools.addTool(cornerstoneTools.RectangleRoiTool, { name: names.region })
  cornerstoneTools.addTool(cornerstoneTools.EllipticalRoiTool, { name: names['region-ellipse'] })
  selectTool('window')
  watchDrawing()
}

/** Draws measurements so many times as large as on the screen, from now on. */
export function sizeTools(factor: number): void {
  cornerstoneTools.textStyle.setFont(`${13 * factor}px sans-serif`)
  cornerstoneTools.toolStyle.setToolWidth(factor)
}

/** Gives the left button to a tool; pan and zoom keep their own buttons. */
export function selectTool(tool: ToolName): void {
  for (const name of Object.values(names)) cornerstoneTools.setToolPassive(name)
  const buttons: Record<string, number[]> = { [names.pan]: [middleButton], [names.zoom]: [rightButton] }
  if (tool !== 'crosshair') buttons[names[tool]] = [...(buttons[names[tool]] ?? []), leftButton]
  for (const [name, mouseButtonMask] of Object.entries(buttons))
    cornerstoneTools.setToolActive(name, { mouseButtonMask })
}

/**
 * Hears of shapes drawn with the region tools; they are the listener's to keep and leave the measurements.
 */
export function onRegionDrawn(element: HTMLElement, listener: (shape: RegionShape) => void): () => void {
  const completed = (event: Event) => {
    const { toolName, measurementData } = (event as CustomEvent<MeasurementEvent>).detail
    if (toolName !== names.region && toolName !== names['region-ellipse']) return
    const { start, end } = measurementData.handles
    cornerstoneTools.removeToolState(element, toolName, measurementData)
    listener(shapeBetween(toolName === names.region ? 'rectangle' : 'ellipse', start, end))
    cornerstone.draw(element)
  }
  element.addEventListener(cornerstoneTools.EVENTS.MEASUREMENT_COMPLETED, completed)
  return () => {
    element.removeEventListener(cornerstoneTools.EVENTS.MEASUREMENT_COMPLETED, completed)
  }
}

/** Removes the measurements of the image that an element shows. */
export function clearMeasurements(element: HTMLElement): void {
  for (const name of measurements) cornerstoneTools.clearToolState(element, name)
  cornerstone.draw(element)
}

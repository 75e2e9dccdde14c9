import cornerstone from 'cornerstone-core'
import cornerstoneTools, { type ToolStateManager } from 'cornerstone-tools'
import { placeKey } from './place-key.ts'

/** What is drawn, by place and tool: an image and what a run has made of it share it. */
export const toolStates: ToolStateManager = statesByPlace()

function statesByPlace(): ToolStateManager {
  const states = cornerstoneTools.newImageIdSpecificToolStateManager()
  const keyOf = (element: HTMLElement): string | undefined => {
    const { image } = cornerstone.getEnabledElement(element)
    return image && placeKey(image.imageId)
  }
  return Object.assign(states, {
    get: (element: HTMLElement, tool: string) => {
      const key = keyOf(element)
      return key === undefined ? undefined : states.getImageIdToolState(key, tool)
    },
    add: (element: HTMLElement, tool: string, data: object) => {
      const key = keyOf(element)
      if (key !== undefined) states.addImageIdToolState(key, tool, data)
    },
  })
}

/** Gives an element the drawings of its place, and shows what is drawn on it wherever that place is shown. */
export function shareDrawings(element: HTMLElement): () => void {
  cornerstoneTools.setElementToolStateManager(element, toolStates)
  const { MEASUREMENT_MODIFIED, MEASUREMENT_COMPLETED } = cornerstoneTools.EVENTS
  const drawn = (): void => {
    const { image } = cornerstone.getEnabledElement(element)
    const place = image && placeKey(image.imageId)
    for (const other of cornerstone.getEnabledElements())
      if (other.element !== element && other.image && placeKey(other.image.imageId) === place)
        cornerstone.draw(other.element)
  }
  for (const event of [MEASUREMENT_MODIFIED, MEASUREMENT_COMPLETED]) element.addEventListener(event, drawn)
  return () => {
    for (const event of [MEASUREMENT_MODIFIED, MEASUREMENT_COMPLETED])
      element.removeEventListener(event, drawn)
  }
}

/** Forgets what was drawn on a study's slices and planes. */
export function forgetDrawings(study: string): void {
  const isOf = (place: string) =>
    place.startsWith(`/frames/${study}/`) || place.startsWith(`plane:/${study}/`)
  for (const place of Object.keys(toolStates.saveToolState()))
    if (isOf(place)) toolStates.clearImageIdToolState(place)
}

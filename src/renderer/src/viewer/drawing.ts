import cornerstone from 'cornerstone-core'
import type { ToolState } from 'cornerstone-tools'
import { isObject } from '../../../core/model/card-place.ts'
import { setUi, useUi } from '../state/ui-store.ts'
import { createHistory } from './history.ts'
import { toolStates } from './measurements/tool-states.ts'
import type { Region } from './region.ts'

/** All that is drawn by hand: measurements, by image and tool, and the region of an attack. */
interface Drawing {
  readonly measurements: ToolState
  readonly region: Region | undefined
}

/**
 * Fields that hovering and painting change, and drawing does not: measured values come when they are painted.
 */
const passing = new Set([
  'active',
  'highlight',
  'moving',
  'cachedStats',
  'invalidated',
  'hasMoved',
  'boundingBox',
  'unit',
  'length',
  'rAngle',
])

function textOf(drawing: Drawing): string {
  return JSON.stringify(drawing, (key, value: unknown) =>
    passing.has(key) || (key === 'textBox' && isPlaced(value)) ? undefined : value,
  )
}

/** Whether a text stands where the view puts it, and not where it was drawn to. */
function isPlaced(textBox: unknown): boolean {
  return isObject(textBox) && textBox['hasMoved'] !== true
}

const history = createHistory<Drawing>({ measurements: {}, region: undefined }, textOf)

/** Takes what is drawn now as a step that can be undone; nothing where nothing has changed. */
export function keepDrawing(): void {
  history.keep(structuredClone(present()))
}

/** Keeps a drawing whenever a mouse button was let go, once the tools have heard of it. */
export function watchDrawing(): void {
  window.addEventListener('mouseup', () => {
    setTimeout(keepDrawing)
  })
}

/** What was drawn a moment ago may not be kept yet. */
export function undoDrawing(): void {
  keepDrawing()
  show(history.undo())
}

export function redoDrawing(): void {
  show(history.redo())
}

function present(): Drawing {
  const measurements = toolStates.saveToolState()
  return { measurements, region: useUi.getState().region }
}

/** The tools change what they are given: they get a copy. */
function show(drawing: Drawing | undefined): void {
  if (drawing === undefined) return
  const { measurements, region } = structuredClone(drawing)
  toolStates.restoreToolState(measurements)
  setUi({ region })
  for (const { element } of cornerstone.getEnabledElements()) cornerstone.draw(element)
}

import type { WindowPreset } from '../viewer/presets.ts'
import type { Command } from './commands.ts'

/** One key, or a key with modifiers, and what it does. */
export interface Shortcut {
  /** As it is shown, and as `pressedKeys` writes it. */
  readonly keys: string
  readonly command: Command
  /** What it does, in words. */
  readonly text: string
}

const presetKeys = Array.from({ length: 9 }, (_, i) => String(i + 1))

/** Every key of the interface. Where readers of images have habits (Weasis, OHIF), these are theirs. */
export const shortcuts: readonly Shortcut[] = [
  { keys: 'ArrowDown', command: 'next', text: 'Next slice' },
  { keys: 'ArrowUp', command: 'previous', text: 'Previous slice' },
  { keys: 'PageDown', command: 'nextTen', text: 'Ten slices on' },
  { keys: 'PageUp', command: 'previousTen', text: 'Ten slices back' },
  { keys: 'Home', command: 'first', text: 'First slice' },
  { keys: 'End', command: 'last', text: 'Last slice' },
  { keys: 'ArrowRight', command: 'nextPane', text: 'Next viewport' },
  { keys: 'ArrowLeft', command: 'previousPane', text: 'Previous viewport' },
  ...presetKeys.map((key): Shortcut => ({
    keys: key,
    command: `preset:${key}`,
    text: `Window preset ${key}`,
  })),
  { keys: '0', command: 'reset', text: 'Reset the view' },
  { keys: '+', command: 'zoomIn', text: 'Zoom in' },
  { keys: '-', command: 'zoomOut', text: 'Zoom out' },
  { keys: 'I', command: 'invert', text: 'Invert' },
  { keys: 'R', command: 'rotate', text: 'Rotate by 90°' },
  { keys: 'H', command: 'flipHorizontally', text: 'Flip left and right' },
  { keys: 'V', command: 'flipVertically', text: 'Flip top and bottom' },
  { keys: 'W', command: 'tool:window', text: 'Window / level with the left mouse button' },
  { keys: 'P', command: 'tool:pan', text: 'Pan' },
  { keys: 'Z', command: 'tool:zoom', text: 'Zoom' },
  { keys: 'G', command: 'tool:magnify', text: 'Magnifier' },
  { keys: 'M', command: 'tool:length', text: 'Length' },
  { keys: 'A', command: 'tool:angle', text: 'Angle' },
  { keys: 'E', command: 'tool:ellipse', text: 'Ellipse with statistics' },
  { keys: 'T', command: 'tool:rectangle', text: 'Rectangle with statistics' },
  { keys: 'X', command: 'tool:region', text: 'Region for the attack: rectangle' },
  { keys: 'Shift+X', command: 'tool:region-ellipse', text: 'Region for the attack: ellipse' },
  { keys: 'N', command: 'tool:crosshair', text: 'Crosshair: move all planes to where you click' },
  { keys: 'Q', command: 'planes', text: 'Axial, coronal and sagittal planes, or the slices again' },
  { keys: 'K', command: 'measurements', text: 'Measurements: list, name, save' },
  { keys: 'Ctrl+S', command: 'figure', text: 'Save a figure of what viewports show' },
  { keys: 'Delete', command: 'clear', text: 'Remove measurements' },
  { keys: 'Ctrl+Z', command: 'undo', text: 'Undo what was drawn or removed' },
  { keys: 'Ctrl+Shift+Z', command: 'redo', text: 'Redo what was undone' },
  { keys: 'Ctrl+Y', command: 'redo', text: 'Redo what was undone' },
  { keys: 'L', command: 'link', text: 'Link viewports' },
  { keys: 'C', command: 'cine', text: 'Cine' },
  { keys: 'O', command: 'overlay', text: 'Overlay: perturbation or gradient over the image' },
  { keys: 'Shift+O', command: 'overlayContent', text: 'Overlay: change what it shows' },
  { keys: 'B', command: 'blink', text: 'Change between original and adversarial' },
  { keys: 'S', command: 'swipe', text: 'Divider between original and adversarial' },
  { keys: 'F', command: 'difference', text: 'Difference: the perturbation instead of the image' },
  { keys: 'D', command: 'tags', text: 'DICOM tags' },
  { keys: 'Shift+1', command: 'layout:1x1', text: 'Layout 1x1' },
  { keys: 'Shift+2', command: 'layout:1x2', text: 'Layout 1x2' },
  { keys: 'Shift+3', command: 'layout:2x2', text: 'Layout 2x2' },
  { keys: 'Shift+4', command: 'layout:1x4', text: 'Layout 1x4' },
  { keys: 'U', command: 'maximise', text: 'Maximise the viewport, or show all again' },
  { keys: '[', command: 'leftSide', text: 'Show or hide studies and runs' },
  { keys: ']', command: 'rightSide', text: 'Show or hide the work' },
  { keys: 'Ctrl+O', command: 'open', text: 'Open a study' },
  { keys: 'Ctrl+K', command: 'palette', text: 'Find a command' },
  { keys: 'Ctrl+,', command: 'settings', text: 'Settings' },
  { keys: 'F1', command: 'help', text: 'Help on what is shown' },
  { keys: '?', command: 'shortcuts', text: 'Keyboard shortcuts' },
]

/** Chosen keys by the preset ones that they stand for. */
export type MovedKeys = Readonly<Record<string, string>>

/** Every shortcut at the keys that the user has chosen. */
export function withKeys(moved: MovedKeys): readonly Shortcut[] {
  return shortcuts.map((shortcut) => ({ ...shortcut, keys: moved[shortcut.keys] ?? shortcut.keys }))
}

/** What has these keys already, apart from the shortcut whose preset they are or that is being changed. */
export function holderOf(keys: string, preset: string, moved: MovedKeys): Shortcut | undefined {
  return shortcuts.find((other) => other.keys !== preset && (moved[other.keys] ?? other.keys) === keys)
}

/** Shortcuts with window presets by their names, without those that there are none for. */
export function namedShortcuts(
  all: readonly Shortcut[],
  presets: readonly Pick<WindowPreset, 'key' | 'name'>[],
): Shortcut[] {
  return all.flatMap((shortcut) => {
    if (!shortcut.command.startsWith('preset:')) return [shortcut]
    const preset = presets.find(({ key }) => `preset:${key}` === shortcut.command)
    return preset === undefined ? [] : [{ ...shortcut, text: `Window: ${preset.name}` }]
  })
}

interface KeyPress {
  readonly key: string
  readonly code: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/**
 * A key press as the table writes it: digits by their place, since Shift turns them into other signs on every
 * keyboard differently.
 */
export function pressedKeys({ key, code, shiftKey, ctrlKey, metaKey, altKey }: KeyPress): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1]
  const named =
    digit ?? (key === 'Backspace' ? 'Delete' : key === '=' ? '+' : key.length === 1 ? key.toUpperCase() : key)
  const isLetter = digit !== undefined || /^[A-Z]$/.test(named)
  return [
    ctrlKey || metaKey ? 'Ctrl+' : '',
    altKey ? 'Alt+' : '',
    shiftKey && isLetter ? 'Shift+' : '',
    named,
  ].join('')
}

/** Roles and elements that use the arrow keys, or all keys, themselves. */
const typing = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]'
const ownArrows =
  '[role=slider], [role=tab], [role=radio], [role=menu], [role=listbox], [role=option], input, select, [data-own-keys]'
const arrows = /^(?:Arrow|Page|Home|End)/

/** What a key press asks for; undefined where it belongs to the element that has the focus. */
export function commandFor(
  press: KeyPress,
  focused: { matches(selector: string): boolean; closest(selector: string): unknown },
  all: readonly Shortcut[] = shortcuts,
): Command | undefined {
  const keys = pressedKeys(press)
  const isTyped = focused.matches(typing) && !/^F\d+$/.test(keys)
  if (isTyped || focused.closest('[role=dialog]') !== null) return undefined
  if (arrows.test(keys) && focused.closest(ownArrows) !== null) return undefined
  return all.find((shortcut) => shortcut.keys === keys)?.command
}

/** The key of a command, for its button. */
export function keyOf(command: Command, all: readonly Shortcut[] = shortcuts): string | undefined {
  return all.find((shortcut) => shortcut.command === command)?.keys
}

import { expect, test } from 'vitest'
import { presetsOf } from '../viewer/presets.ts'
import { commandFor, holderOf, keyOf, namedShortcuts, pressedKeys, shortcuts, withKeys } from './shortcuts.ts'

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false }
const press = (key: string, code = '', changes: Partial<typeof plain> = {}) => ({
  key,
  code,
  ...plain,
  ...changes,
})

/** An element that matches some of a selector's parts. */
const focusOn = (...parts: string[]) => ({
  matches: (selector: string) =>
    parts.some((part) => selector.split(', ').some((each) => each.startsWith(part))),
  closest: (selector: string) =>
    parts.some((part) => selector.split(', ').some((each) => each.startsWith(part))) ? {} : null,
})
const onPage = focusOn()

test('no key does two things', () => {
  const keys = shortcuts.map((shortcut) => shortcut.keys)
  expect(new Set(keys).size).toBe(keys.length)
})

test('letters work with and without caps lock; Shift is a key of its own', () => {
  expect(commandFor(press('i'), onPage)).toBe('invert')
  expect(commandFor(press('I'), onPage)).toBe('invert')
  expect(commandFor(press('X', 'KeyX', { shiftKey: true }), onPage)).toBe('tool:region-ellipse')
})

test('digits are found by their place, whatever Shift makes of them', () => {
  expect(commandFor(press('3', 'Digit3'), onPage)).toBe('preset:3')
  expect(commandFor(press('"', 'Digit2', { shiftKey: true }), onPage)).toBe('layout:1x2')
  expect(pressedKeys(press('?', 'Slash', { shiftKey: true }))).toBe('?')
})

test('Ctrl and Alt make other keys of them, which the browser keeps', () => {
  expect(commandFor(press('o', 'KeyO', { ctrlKey: true }), onPage)).toBe('open')
  expect(commandFor(press('z', 'KeyZ', { ctrlKey: true }), onPage)).toBe('undo')
  expect(commandFor(press('Z', 'KeyZ', { ctrlKey: true, shiftKey: true }), onPage)).toBe('redo')
  expect(commandFor(press('z', 'KeyZ', { ctrlKey: true }), focusOn('input'))).toBeUndefined()
  expect(commandFor(press('r', 'KeyR', { ctrlKey: true }), onPage)).toBeUndefined()
  expect(commandFor(press('i', 'KeyI', { altKey: true }), onPage)).toBeUndefined()
})

test('who types, or reads a dialog, is left alone', () => {
  expect(commandFor(press('i'), focusOn('input'))).toBeUndefined()
  expect(commandFor(press('i'), focusOn('[role=dialog]'))).toBeUndefined()
})

test('a slider keeps its arrows, but lets the letters through', () => {
  expect(commandFor(press('ArrowUp'), focusOn('[role=slider]'))).toBeUndefined()
  expect(commandFor(press('i'), focusOn('[role=slider]'))).toBe('invert')
  expect(commandFor(press('ArrowUp'), onPage)).toBe('previous')
})

test('presets are listed by name, as far as there are any', () => {
  const named = (modality: string) =>
    namedShortcuts(shortcuts, presetsOf(modality)).filter(({ command }) => command.startsWith('preset:'))
  expect(named('CT')[2]).toEqual({ keys: '3', command: 'preset:3', text: 'Window: Lung' })
  expect(named('MR').map(({ keys }) => keys)).toEqual(['1', '9'])
  expect(namedShortcuts(shortcuts, [])).toHaveLength(shortcuts.length - 9)
})

test('a button can tell its key', () => {
  expect(keyOf('overlay')).toBe('O')
})

test('a key that was chosen does the work of the preset one, which is free then', () => {
  const moved = { I: 'J', '3': 'Q' }
  const all = withKeys(moved)
  expect(commandFor(press('j'), onPage, all)).toBe('invert')
  expect(commandFor(press('i'), onPage, all)).toBeUndefined()
  expect(namedShortcuts(all, presetsOf('CT')).find(({ keys }) => keys === 'Q')?.text).toBe('Window: Lung')
  expect(holderOf('J', 'R', moved)?.command).toBe('invert')
  expect(holderOf('I', 'R', moved)).toBeUndefined()
  expect(holderOf('J', 'I', moved)).toBeUndefined()
})

test('help is there while typing too', () => {
  expect(commandFor(press('F1', 'F1'), focusOn('input'))).toBe('help')
})

import type { MenuItemConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import type { MenuEvent, Purpose } from '../shared/bridge.ts'
import { menuTemplate } from './menu-template.ts'

function menu(given: { readonly isMac?: boolean; readonly isDevelopment?: boolean } = {}) {
  const told: (MenuEvent | Purpose)[] = []
  const tell = (event: MenuEvent | Purpose) => {
    told.push(event)
  }
  const template = menuTemplate({ isMac: false, isDevelopment: false, open: tell, send: tell, ...given })
  return { told, template, items: template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : [])) }
}

function click(item: MenuItemConstructorOptions | undefined): void {
  item?.click?.(...([] as unknown as Parameters<NonNullable<MenuItemConstructorOptions['click']>>))
}

test('opening asks for folders or files, the other items tell the page', () => {
  const { told, items } = menu()
  for (const label of ['Open &Folder…', 'Open F&iles…', 'DICOM &Tags', '&About Radversary'])
    click(items.find((item) => item.label === label))
  expect(told).toEqual([
    'study-folders',
    'study-files',
    { type: 'command', command: 'tags' },
    { type: 'command', command: 'about' },
  ])
})

test('developer tools and reloading are for development alone', () => {
  const roles = (isDevelopment: boolean) => menu({ isDevelopment }).items.map(({ role }) => role)
  expect(roles(true)).toContain('toggleDevTools')
  expect(roles(false)).not.toContain('toggleDevTools')
  expect(roles(false)).not.toContain('reload')
})

test('on a Mac the application has a menu of its own, which holds its end', () => {
  expect(menu({ isMac: true }).template[0]).toEqual({ role: 'appMenu' })
  expect(menu({ isMac: true }).items.map(({ role }) => role)).not.toContain('quit')
  expect(menu().items.map(({ role }) => role)).toContain('quit')
})

test('no two items have the same key', () => {
  const keys = menu().items.flatMap(({ accelerator }) => (accelerator === undefined ? [] : [accelerator]))
  expect(new Set(keys).size).toBe(keys.length)
})

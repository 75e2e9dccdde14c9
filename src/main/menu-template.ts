import type { MenuItemConstructorOptions } from 'electron'
import type { MenuEvent, Purpose } from '../shared/bridge.ts'

interface MenuOptions {
  readonly isMac: boolean
  readonly isDevelopment: boolean
  /** Opens a dialog and sends what is chosen to the page. */
  readonly open: (purpose: Purpose) => void
  readonly send: (event: MenuEvent) => void
}

type Command = Extract<MenuEvent, { type: 'command' }>['command']

function viewMenu(isDevelopment: boolean): MenuItemConstructorOptions {
  const ofDevelopers = [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }] as const
  return {
    label: '&View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...(isDevelopment ? ofDevelopers : []),
    ],
  }
}

/**
 * The native menu. Whatever works on images has its key in the page, so that it is the same in a browser.
 */
export function menuTemplate({
  isMac,
  isDevelopment,
  open,
  send,
}: MenuOptions): MenuItemConstructorOptions[] {
  const command = (label: string, name: Command): MenuItemConstructorOptions => ({
    label,
    click: () => {
      send({ type: 'command', command: name })
    },
  })
  const dialog = (label: string, accelerator: string, purpose: Purpose): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => {
      open(purpose)
    },
  })
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        dialog('Open &Folder…', 'CmdOrCtrl+O', 'study-folders'),
        dialog('Open F&iles…', 'CmdOrCtrl+Shift+O', 'study-files'),
        { type: 'separator' },
        command('DICOM &Tags', 'tags'),
        { type: 'separator' },
        command('&Settings', 'settings'),
        { type: 'separator' },
        { role: isMac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    viewMenu(isDevelopment),
    { role: 'windowMenu' },
    {
      label: '&Help',
      role: 'help',
      submenu: [
        command('&Help', 'help'),
        command('Keyboard &Shortcuts', 'shortcuts'),
        command('&About Radversary', 'about'),
      ],
    },
  ]
}

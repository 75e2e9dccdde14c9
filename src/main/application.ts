import { join } from 'node:path'
import { app, Menu, session, type Session } from 'electron'
import { startEngineChild } from './engine-child.ts'
import { forwardToEngine, superviseEngine } from './engine-supervisor.ts'
import { guardContents, guardSession, withPageHeaders } from './guard.ts'
import { menuTemplate } from './menu-template.ts'
import { createPage, type Page } from './page.ts'
import { pathsGiven } from './paths-given.ts'
import { scheme } from './scheme.ts'
import { partition } from './window-options.ts'

const isDevelopment = !app.isPackaged
const out = join(import.meta.dirname, '..')
const engineFiles = {
  program: join(import.meta.dirname, 'engine-process.js'),
  taskProgram: join(import.meta.dirname, 'task-process.js'),
  page: join(out, 'renderer'),
  resources: app.isPackaged ? process.resourcesPath : join(out, '../resources'),
}

/** One engine and one window; a second start hands its paths to the first. */
export async function startApplication(): Promise<void> {
  const page = createPage()
  listenToSystem(page)
  await app.whenReady()
  guardSession(session.defaultSession, { isDevelopment })
  const own = session.fromPartition(partition)
  guardSession(own, { isDevelopment })
  connectEngine(own, page)
  setMenu(page)
  page.openPaths(pathsGiven(process.argv.slice(1), process.cwd(), app.getAppPath()))
  await page.open(join(out, 'preload/index.cjs'))
}

function listenToSystem(page: Page): void {
  app.on('web-contents-created', (_, contents) => {
    guardContents(contents)
  })
  app.on('second-instance', (_, args, folder) => {
    page.focus()
    page.openPaths(pathsGiven(args.slice(1), folder, app.getAppPath()))
  })
  // macOS: a file that was dropped on the application's icon.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    page.openPaths([path])
  })
  app.on('window-all-closed', () => {
    app.quit()
  })
}

/** The page's requests go to the engine; while it starts they wait, and when it is gone they fail. */
function connectEngine(own: Session, page: Page): void {
  const engine = superviseEngine({ start: () => startEngineChild(engineFiles), notify: page.notifyOfEngine })
  app.on('will-quit', engine.stop)
  own.protocol.handle(scheme, async (request) => {
    try {
      return withPageHeaders(await forwardToEngine(request, await engine.address()))
    } catch {
      return withPageHeaders(new Response(null, { status: 503 }))
    }
  })
}

function setMenu(page: Page): void {
  const isMac = process.platform === 'darwin'
  const open = (purpose: Parameters<Page['openChosen']>[0]) => void page.openChosen(purpose)
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate({ isMac, isDevelopment, open, send: page.send })),
  )
}

import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import { channels, type RadversaryBridge, type ToPage } from '../shared/bridge.ts'

/**
 * Only these channels, only from main, and never the event itself, which would lead a page to ipcRenderer.
 */
function listen<Channel extends keyof ToPage>(
  channel: Channel,
  listener: (message: ToPage[Channel]) => void,
): () => void {
  const heard = (_: IpcRendererEvent, message: ToPage[Channel]) => {
    listener(message)
  }
  ipcRenderer.on(channel, heard)
  void ipcRenderer.invoke(channels.listening)
  return () => {
    ipcRenderer.off(channel, heard)
  }
}

const bridge: RadversaryBridge = {
  versions: {
    electron: process.versions.electron,
    chromium: process.versions.chrome,
    node: process.versions.node,
  },
  choose: (purpose, start) =>
    ipcRenderer.invoke(channels.choose, purpose, start) as Promise<readonly string[]>,
  pathOf: (file) => webUtils.getPathForFile(file as File),
  showInFolder: (path) => ipcRenderer.invoke(channels.showInFolder, path) as Promise<void>,
  onMenu: (listener) => listen(channels.menu, listener),
  onEngine: (listener) => listen(channels.engine, listener),
}

contextBridge.exposeInMainWorld('radversary', bridge)

import { contextBridge } from 'electron'
import type { RadversaryBridge } from '../shared/bridge.ts'

const bridge: RadversaryBridge = {
  versions: { electron: process.versions.electron, chromium: process.versions.chrome, node: process.versions.node },
}

contextBridge.exposeInMainWorld('radversary', bridge)

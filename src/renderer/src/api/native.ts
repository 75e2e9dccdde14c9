import type { Purpose, RadversaryBridge } from '../../../shared/bridge.ts'

declare global {
  interface Window {
    /** Only in Electron. */
    readonly radversary?: RadversaryBridge
  }
}

/** What only the desktop application has: dialogs, menus, a file manager. Undefined in a browser. */
export function desktop(): RadversaryBridge | undefined {
  return window.radversary
}

/** Asks with the operating system's own dialog; undefined where the user cancelled. */
export async function chooseNatively(
  bridge: RadversaryBridge,
  purpose: Purpose,
  start?: string,
): Promise<readonly string[] | undefined> {
  const paths = await bridge.choose(purpose, start)
  return paths.length === 0 ? undefined : paths
}

/** Paths of dropped files and folders; none in a browser, which does not give them. */
export function droppedPaths(files: Iterable<File>): string[] {
  const bridge = desktop()
  return [...files].map((file) => bridge?.pathOf(file) ?? '').filter((path) => path !== '')
}

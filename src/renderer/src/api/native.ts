import type { PickKind, RadversaryBridge } from '../../../shared/bridge.ts'

declare global {
  interface Window {
    /** Only in Electron. */
    readonly radversary?: RadversaryBridge
  }
}

/** Whether the operating system's own dialogs are there; otherwise the page has a browser of its own. */
export function hasNativeDialogs(): boolean {
  return window.radversary?.pick !== undefined
}

/** Asks with the operating system's own dialog; undefined where the user cancelled. */
export async function pickNatively(kind: PickKind, folder?: string): Promise<readonly string[] | undefined> {
  const paths = (await window.radversary?.pick?.(kind, folder)) ?? []
  return paths.length === 0 ? undefined : paths
}

/** Paths of dropped files and folders; none in a browser, which does not tell them. */
export function droppedPaths(files: Iterable<File>): string[] {
  const { radversary } = window
  return [...files].map((file) => radversary?.pathOf?.(file) ?? '').filter((path) => path !== '')
}

/** All that preload gives a page beyond what the web gives it. */
export interface RadversaryBridge {
  /** Versions for the about box. */
  readonly versions: { readonly electron: string; readonly chromium: string; readonly node: string }
}

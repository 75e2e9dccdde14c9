import { origin } from './scheme.ts'

/** Whether a page is ours: where the window may go, and whose messages main listens to. */
export function isOwnPage(url: string): boolean {
  return URL.canParse(url) && originOf(new URL(url)) === origin
}

/**
 * Whether a request may leave the page. Everything that is not ours is blocked: Radversary has no network at
 * all.
 */
export function isAllowedRequest(url: string, options: { readonly isDevelopment: boolean }): boolean {
  if (isOwnPage(url) || url.startsWith('data:')) return true
  if (url.startsWith('blob:')) return isOwnPage(url.slice('blob:'.length))
  return options.isDevelopment && url.startsWith('devtools://')
}

/**
 * Writing to the clipboard, so that numbers and images can be copied; everything else that a page can ask
 * for is denied.
 */
export function isAllowedPermission(permission: string, url: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnPage(url)
}

/** Where a message to main comes from. */
export interface Sender {
  readonly url: string
  /** Null for the page itself; frames in it have one. */
  readonly parent: unknown
}

/** Electron's checklist, item 17: a frame that isn't our page could ask for files. */
export function isTrustedSender(sender: Sender | null): boolean {
  return sender !== null && sender.parent === null && isOwnPage(sender.url)
}

/** Custom schemes have an origin of 'null' outside Chromium. */
function originOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`
}

import type { App, Event, Session, WebContents } from 'electron'
import { pageHeaders } from '../shared/page-headers.ts'
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

/**
 * No request leaves the machine, and no permission is given but the clipboard's (docs/security.md, items 1
 * and 5).
 */
export function guardSession(session: Session, options: { readonly isDevelopment: boolean }): void {
  session.webRequest.onBeforeRequest({ urls: ['<all_urls>'] }, ({ url }, answer) => {
    answer({ cancel: !isAllowedRequest(url, options) })
  })
  session.setPermissionRequestHandler((_, permission, answer, { requestingUrl }) => {
    answer(isAllowedPermission(permission, requestingUrl))
  })
  session.setPermissionCheckHandler((_, permission, origin) => isAllowedPermission(permission, origin))
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler(null)
  // Dictionaries would be fetched.
  session.setSpellCheckerEnabled(false)
}

/** The page stays the page: no other address, no other window, nothing embedded (items 12 to 14). */
export function guardContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
}

function stay(event: Event<{ readonly url: string }>): void {
  if (!isOwnPage(event.url)) event.preventDefault()
}

/**
 * Chromium's own traffic, which no session sees: names are not resolved, and what would fetch by itself is
 * off.
 */
export function turnNetworkOff(app: App): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
  for (const name of [
    'disable-background-networking',
    'disable-component-update',
    'disable-domain-reliability',
    'no-pings',
    'disable-breakpad',
  ])
    app.commandLine.appendSwitch(name)
  app.commandLine.appendSwitch('webrtc-ip-handling-policy', 'disable_non_proxied_udp')
}

/**
 * A response as the page gets it: what the engine says of the content, and what we say of the page, which
 * nobody overrides.
 */
export function withPageHeaders(response: Response): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(pageHeaders)) headers.set(name, value)
  for (const name of ofOneConnection) headers.delete(name)
  return new Response(response.body, { status: response.status, headers })
}

/** Said between us and the engine. */
const ofOneConnection = ['connection', 'keep-alive', 'transfer-encoding', 'set-cookie']

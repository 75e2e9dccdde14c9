import type { Event, Session, WebContents } from 'electron'
import { isAllowedPermission, isAllowedRequest, isOwnPage } from './allowed-url.ts'

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

import { EventEmitter } from 'node:events'
import type { Session, WebContents } from 'electron'
import { expect, test } from 'vitest'
import { guardContents, guardSession } from './guard.ts'

type Answer = (answered: unknown) => void

/** Takes what a session is told to do, so that it can be asked. */
class FakeSession {
  onRequest: (details: { url: string }, answer: Answer) => void = () => undefined
  onPermission: (contents: null, name: string, answer: Answer, details: { requestingUrl: string }) => void =
    () => undefined
  onPermissionCheck: (contents: null, name: string, origin: string) => boolean = () => true
  onDevice: () => boolean = () => true
  hasSpellChecker = true
  filter: unknown
  readonly webRequest = {
    onBeforeRequest: (filter: unknown, listener: FakeSession['onRequest']) => {
      this.filter = filter
      this.onRequest = listener
    },
  }

  setPermissionRequestHandler(handler: FakeSession['onPermission']): void {
    this.onPermission = handler
  }
  setPermissionCheckHandler(handler: FakeSession['onPermissionCheck']): void {
    this.onPermissionCheck = handler
  }
  setDevicePermissionHandler(handler: FakeSession['onDevice']): void {
    this.onDevice = handler
  }
  setDisplayMediaRequestHandler(handler: unknown): void {
    expect(handler).toBeNull()
  }
  setSpellCheckerEnabled(isOn: boolean): void {
    this.hasSpellChecker = isOn
  }
}

test('a session makes no request that is not the page’s, and gives no permission but the clipboard’s', () => {
  const session = new FakeSession()
  guardSession(session as unknown as Session, { isDevelopment: false })
  const answers: unknown[] = []
  const answer: Answer = (answered) => answers.push(answered)
  session.onRequest({ url: 'https://example.org/' }, answer)
  session.onRequest({ url: 'app://radversary/api/about' }, answer)
  session.onPermission(null, 'media', answer, { requestingUrl: 'app://radversary/' })
  session.onPermission(null, 'clipboard-sanitized-write', answer, { requestingUrl: 'app://radversary/' })
  expect(answers).toEqual([{ cancel: true }, { cancel: false }, false, true])
  expect(session.filter).toEqual({ urls: ['<all_urls>'] })
  expect(session.onPermissionCheck(null, 'geolocation', 'app://radversary/')).toBe(false)
  expect(session.onDevice()).toBe(false)
  expect(session.hasSpellChecker).toBe(false)
})

test('a page opens no window, embeds nothing, and goes nowhere else', () => {
  const contents = Object.assign(new EventEmitter(), {
    openWindow: (): unknown => undefined,
    setWindowOpenHandler: (handler: () => unknown) => {
      contents.openWindow = handler
    },
  })
  guardContents(contents as unknown as WebContents)
  expect(contents.openWindow()).toEqual({ action: 'deny' })
  const isPrevented = (event: string, url: string) => {
    let prevented = false
    contents.emit(event, { url, preventDefault: () => (prevented = true) })
    return prevented
  }
  for (const event of ['will-navigate', 'will-redirect']) {
    expect(isPrevented(event, 'https://example.org/')).toBe(true)
    expect(isPrevented(event, 'file:///etc/passwd')).toBe(true)
    expect(isPrevented(event, 'app://radversary/')).toBe(false)
  }
  expect(isPrevented('will-attach-webview', 'app://radversary/')).toBe(true)
})

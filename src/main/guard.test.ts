import { EventEmitter } from 'node:events'
import type { Session, WebContents } from 'electron'
import { describe, expect, test } from 'vitest'
import {
  guardContents,
  guardSession,
  isAllowedPermission,
  isAllowedRequest,
  isOwnPage,
  isTrustedSender,
  withPageHeaders,
} from './guard.ts'

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

test('every response says what the page may do, whatever the engine says', async () => {
  const own = {
    'content-type': 'text/html',
    'content-security-policy': 'default-src *',
    connection: 'keep-alive',
    'set-cookie': 'a=b',
  }
  const response = withPageHeaders(new Response('<p>', { status: 404, headers: own }))
  expect(response.status).toBe(404)
  expect(await response.text()).toBe('<p>')
  expect(response.headers.get('content-type')).toBe('text/html')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';")
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.has('connection')).toBe(false)
  expect(response.headers.has('set-cookie')).toBe(false)
  expect(response.headers.has('access-control-allow-origin')).toBe(false)
})

const foreign = [
  'https://radversary/',
  'http://127.0.0.1/',
  'https://example.org/app://radversary/',
  'app://other/',
  'app://radversary.evil/',
  'app://user@evil/',
  'app:radversary',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'chrome://gpu',
  'about:blank',
  'not a url',
  '',
]

test.each(['app://radversary/', 'app://radversary/index.html', 'app://radversary/?study=x#y'])(
  '%s is the page',
  (url) => {
    expect(isOwnPage(url)).toBe(true)
  },
)

test.each(foreign)('%s is not the page', (url) => {
  expect(isOwnPage(url)).toBe(false)
})

describe('requests', () => {
  test.each(['app://radversary/api/about', 'blob:app://radversary/1-2', 'data:image/png;base64,AA'])(
    '%s is allowed',
    (url) => {
      expect(isAllowedRequest(url, { isDevelopment: false })).toBe(true)
    },
  )

  test.each([
    ...foreign,
    'ws://127.0.0.1/',
    'wss://example.org/',
    'blob:https://example.org/1',
    'blob:null/1',
    'ftp://x/',
  ])('%s is blocked', (url) => {
    expect(isAllowedRequest(url, { isDevelopment: false })).toBe(false)
    expect(isAllowedRequest(url, { isDevelopment: true })).toBe(false)
  })

  test('the developer tools load in development alone', () => {
    expect(isAllowedRequest('devtools://devtools/bundled/a.js', { isDevelopment: true })).toBe(true)
    expect(isAllowedRequest('devtools://devtools/bundled/a.js', { isDevelopment: false })).toBe(false)
  })
})

test('the page may write to the clipboard, and nothing else', () => {
  expect(isAllowedPermission('clipboard-sanitized-write', 'app://radversary/')).toBe(true)
  expect(isAllowedPermission('clipboard-sanitized-write', 'https://example.org/')).toBe(false)
  for (const permission of [
    'clipboard-read',
    'media',
    'geolocation',
    'notifications',
    'fileSystem',
    'usb',
    'openExternal',
    'hid',
  ])
    expect(isAllowedPermission(permission, 'app://radversary/')).toBe(false)
})

test('messages are taken from the page itself, not from a frame in it, another page, or one that is gone', () => {
  const url = 'app://radversary/'
  expect(isTrustedSender({ url, parent: null })).toBe(true)
  expect(isTrustedSender({ url, parent: {} })).toBe(false)
  expect(isTrustedSender({ url: 'https://example.org/', parent: null })).toBe(false)
  expect(isTrustedSender(null)).toBe(false)
})

import { describe, expect, test } from 'vitest'
import { isAllowedPermission, isAllowedRequest, isOwnPage, isTrustedSender } from './allowed-url.ts'

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

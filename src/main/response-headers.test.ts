import { expect, test } from 'vitest'
import { withPageHeaders } from './response-headers.ts'

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

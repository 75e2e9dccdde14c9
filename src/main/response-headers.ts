import { pageHeaders } from '../shared/page-headers.ts'

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

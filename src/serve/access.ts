import { timingSafeEqual } from 'node:crypto'

/** What a request says of itself. */
export interface Arrival {
  readonly method: string
  /** The request target, as it came. */
  readonly target: string
  readonly host: string | undefined
  readonly origin: string | undefined
  /** Sec-Fetch-Site: where the request comes from, as the browser says. */
  readonly fetchSite: string | undefined
  readonly cookie: string | undefined
}

/** What lets a request in. */
export interface Keys {
  readonly port: number
  /** In the URL that is printed, for the first visit. */
  readonly token: string
  /** In the cookie that the first visit is given. */
  readonly session: string
}

export type Verdict =
  | { readonly kind: 'pass' }
  /**
   * The token was right: it is to be changed for the cookie, by a redirect or, where the cookie would not
   * follow one, by a page.
   */
  | { readonly kind: 'enter'; readonly by: 'redirect' | 'page' }
  | {
      readonly kind: 'refuse'
      readonly status: 400 | 401 | 403 | 405 | 411 | 413 | 421
      readonly reason: string
    }

/**
 * Whether a request may reach the engine. Against pages of other sites: `Host` must be ours (DNS rebinding),
 * `Origin` and `Sec-Fetch-Site`, where they are there, must say that the request is our own page's (CSRF),
 * and the cookie must be right.
 */
export function judgeAccess(arrival: Arrival, keys: Keys): Verdict {
  const { method, target, host, origin } = arrival
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return refuse(405, 'Expected GET, HEAD or POST.')
  if (!target.startsWith('/')) return refuse(400, 'Expected a path.')
  if (!hostsOf(keys).includes(host ?? ''))
    return refuse(421, 'Expected the host 127.0.0.1 or localhost with the port that was printed.')
  if (origin !== undefined && origin !== `http://${host ?? ''}`)
    return refuse(403, 'Expected a request of Radversary’s own page.')
  const token = new URL(`http://127.0.0.1${target}`).searchParams.get('token')
  if (method === 'GET' && token !== null && isSameSecret(token, keys.token))
    return { kind: 'enter', by: isOwnWay(arrival) ? 'redirect' : 'page' }
  if (!isSameSecret(cookieOf(arrival.cookie, cookieName(keys)) ?? '', keys.session))
    return refuse(401, 'Open the address that `radversary serve` has printed.')
  return isOwnWay(arrival) ? { kind: 'pass' } : refuse(403, 'Expected a request of Radversary’s own page.')
}

/** Cookies are shared by all ports of a host, so each server has a name of its own. */
function cookieName({ port }: Pick<Keys, 'port'>): string {
  return `radversary-${port}`
}

/** For the session: no script reads it, no other site sends it. */
export function sessionCookie(keys: Keys): string {
  return `${cookieName(keys)}=${keys.session}; Path=/; HttpOnly; SameSite=Strict`
}

function hostsOf({ port }: Keys): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`]
}

/** Typed by the user or asked for by our own page; programs that are no browsers don't say. */
function isOwnWay({ fetchSite }: Arrival): boolean {
  return fetchSite === undefined || fetchSite === 'none' || fetchSite === 'same-origin'
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

function refuse(status: Extract<Verdict, { kind: 'refuse' }>['status'], reason: string): Verdict {
  return { kind: 'refuse', status, reason }
}

/** Compares secrets in the same time, however much of one is right. */
export function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

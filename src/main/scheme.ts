import type { CustomScheme } from 'electron'

/** The page's own scheme: an origin like a web site's, but no network behind it. */
export const scheme = 'app'
export const origin = `${scheme}://radversary`

/** What Chromium lets the page's scheme do: as much as https, and nothing more. */
export const schemes: CustomScheme[] = [
  {
    scheme,
    privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
  },
]

import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { contentTypeOf } from '../shared/content-type.ts'

/** A page's files, by the path in the URL. */
export interface StaticFiles {
  /** Undefined for a path that is none of them. */
  response(pathname: string): Promise<Response | undefined>
}

/**
 * The files of a built page. They are listed once and found by their exact names, so no path, however it is written, leads out of the
 * folder. @throws when the folder isn't there.
 */
export async function staticFilesIn(folder: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = new Map<string, string>()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(`/${relative(folder, path).split(sep).join('/')}`, path)
  }
  return {
    response: async (pathname) => {
      const path = files.get(pathname === '/' ? '/index.html' : pathname)
      if (path === undefined) return undefined
      return new Response(await readFile(path), {
        headers: { 'content-type': contentTypeOf(path), 'cache-control': cacheControl(pathname) },
      })
    },
  }
}

/** Names in assets/ hold a hash of the content. */
function cacheControl(pathname: string): string {
  return pathname.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache'
}

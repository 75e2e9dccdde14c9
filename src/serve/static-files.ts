import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contentTypeOf } from '../shared/page-headers.ts'

/** A page's files, by the path in the URL. */
export interface StaticFiles {
  /** Undefined for a path that is none of them. */
  response(pathname: string): Promise<Response | undefined>
}

/**
 * The files of a built page. They are listed once and found by their exact names, so no path, however it is
 * written, leads out of the folder. @throws when the folder isn't there.
 */
export async function staticFilesIn(folder: string): Promise<StaticFiles> {
  const files = new Map(await filesBelow(folder, ''))
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

/** Folder by folder: in Electron's archives readdir is not recursive. */
async function filesBelow(folder: string, url: string): Promise<[url: string, path: string][]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = entries.map(async (entry): Promise<[string, string][]> => {
    const [path, below] = [join(folder, entry.name), `${url}/${entry.name}`]
    if (entry.isDirectory()) return filesBelow(path, below)
    return entry.isFile() ? [[below, path]] : []
  })
  return (await Promise.all(found)).flat()
}

/** Names in assets/ hold a hash of the content. */
function cacheControl(pathname: string): string {
  return pathname.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache'
}

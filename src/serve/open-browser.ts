import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Opens the user's browser. It is given a file that leads to the URL, readable by this user alone: other
 * users of the machine see the arguments of programs, and the URL holds the token.
 */
export async function openBrowser(url: string, home: string): Promise<void> {
  const path = join(home, 'open-browser.html')
  const page = `<!doctype html><title>Radversary</title><meta http-equiv="refresh" content="0;url=${url}">`
  await mkdir(home, { recursive: true })
  await writeFile(path, page, { mode: 0o600 })
  const [command, ...args] = openerOf(process.platform)
  const child = spawn(command, [...args, pathToFileURL(path).href], { stdio: 'ignore', detached: true })
  // Without a browser the user still has the printed URL.
  child.on('error', () => undefined)
  child.unref()
}

function openerOf(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return platform === 'darwin' ? ['open'] : ['xdg-open']
}

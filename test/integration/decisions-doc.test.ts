import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../docs/decisions')

test('docs/decisions/README.md lists every page by its title', () => {
  const index = readFileSync(join(folder, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ')
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md')
  const missing = pages.filter((name) => {
    const title = /^# (.*)$/m.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? ''
    return !index.includes(`[${title}](${name})`)
  })
  expect(missing).toEqual([])
})

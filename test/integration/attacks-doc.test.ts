import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attackMethods, methodGroups } from '../../src/core/attacks/attack-methods.ts'

test('docs/attacks.md lists every method once, with what it does and whose it is', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/attacks.md'), 'utf8')
  const rows = new Map([...text.matchAll(/^\| `(\w[\w-]*)` .*$/gm)].map(([row, name]) => [name, row]))
  expect([...rows.keys()].sort()).toEqual(Object.keys(attackMethods).sort())
  for (const [name, { summary, source }] of Object.entries(attackMethods)) {
    expect(rows.get(name)).toContain(summary)
    expect(rows.get(name)).toContain(source?.identifier ?? '—')
  }
})

test('docs/attacks.md groups them as forms do', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/attacks.md'), 'utf8')
  for (const [group, methods] of Object.entries(methodGroups)) {
    const [, section = ''] = text.split(`\n## ${group}\n`)
    const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w[\w-]*)`/gm)].map(([, name]) => name)
    expect(rows).toEqual(methods.map(({ name }) => name))
  }
})

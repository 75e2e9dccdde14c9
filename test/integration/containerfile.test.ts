import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const repository = join(import.meta.dirname, '../..')
const text = readFileSync(join(repository, 'packaging/Containerfile'), 'utf8')
const lines = text.split('\n').filter((line) => !line.startsWith('#'))
const { scripts, engines, bin } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
  readonly bin: { readonly radversary: string }
}
/** What a build makes. */
const made = ['out', 'node_modules']

test('the container copies what there is, or what its build makes', () => {
  const copied = lines
    .filter((line) => line.startsWith('COPY'))
    .flatMap((line) => line.split(' ').slice(1, -1))
  const names = copied.filter((word) => !word.startsWith('--')).map((word) => word.replace(/^\/build\//, ''))
  expect(names).toContain('out')
  for (const name of names) expect([name, made.includes(name) || existsSync(join(repository, name))]).toEqual([name, true]) // prettier-ignore
})

test('it runs a build that there is, on a Node that suits, and starts the command', () => {
  for (const [, script] of text.matchAll(/npm run -s (\S+)/g)) expect(Object.keys(scripts)).toContain(script)
  expect(engines.node).toBe('>=20.19')
  expect(lines).toContain('ARG BASE=node:20-bookworm-slim')
  expect(lines.filter((line) => line.startsWith('FROM'))).toEqual(['FROM ${BASE} AS build', 'FROM ${BASE}'])
  expect(text).toContain(`/opt/radversary/${bin.radversary}`)
})

test('it is not root, and what a build makes here is not sent to it', () => {
  expect(lines.findLast((line) => line.startsWith('USER'))).toBe('USER 10001:10001')
  const ignored = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining([...made, '.git']))
})

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../support/temporary-folder.ts'

const repository = join(import.meta.dirname, '../..')
const out = temporaryFolder('notices')
const read = (path: string) => readFileSync(path, 'utf8')
const notices = () => read(join(out, 'renderer/THIRD-PARTY-NOTICES.txt')).split(`\n${'-'.repeat(80)}\n\n`)

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
})
const dependenciesSchema = z.object({
  packages: z.record(z.string(), z.object({ dependencies: z.record(z.string(), z.string()).optional() })),
})
const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.object({ name: z.string(), version: z.string() })),
})

/** Names and versions of what the application contains, as npm's lock file has them. */
function shipped(): [name: string, version: string][] {
  const { packages } = lockSchema.parse(JSON.parse(read(join(repository, 'package-lock.json'))))
  return Object.entries(packages).flatMap(([path, { version, dev }]): [string, string][] => {
    const name = path.split('node_modules/').at(-1) ?? ''
    const isShipped = path !== '' && (dev !== true || name === 'electron')
    return isShipped && version !== undefined ? [[name, version]] : []
  })
}

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/setup/notices.mjs', out], {
    cwd: repository,
  })
  expect(stderr.toString()).toBe('')
  expect(status).toBe(0)
})

it('every package that ships is in the notices, above the text of a licence', () => {
  const parts = notices()
  for (const [name, version] of shipped()) {
    const part = parts.find((one) => one.split('\n\n')[0]?.includes(`${name} ${version} (`))
    expect(part, `${name} ${version}`).toMatch(/granted|redistribution|permission|license/i)
    expect(part?.length, `${name} ${version}`).toBeGreaterThan(400)
  }
})

it('a package whose licence text npm leaves out names the holders that its repository names', () => {
  const partOf = (name: string) => notices().find((one) => one.split('\n\n')[0]?.includes(`${name} `))
  expect(partOf('onnxruntime-node')).toContain('Copyright (c) 2018 - present Microsoft Corporation')
  expect(partOf('@tensorflow/tfjs-layers')).toContain('Copyright (c) 2015 - 2018, François Chollet.')
  expect(notices().join()).not.toMatch(/Copyright \(c\) (fs-eire|the authors of)/)
})

it('the components of ONNX Runtime have their notices, of the version that ships', () => {
  const part = notices().find((one) => one.startsWith('onnxruntime-node '))
  for (const component of ['protobuf', 'flatbuffers', 'Eigen', 'abseil']) expect(part).toContain(component)
})

it('every package that ships is in the SBOM, and no other', () => {
  const { components } = bomSchema.parse(JSON.parse(read(join(out, 'sbom.cdx.json'))))
  const listed = components.map(({ name, version }) => `${name}@${version}`)
  expect([...new Set(listed)].sort()).toEqual(
    [...new Set(shipped().map(([name, version]) => `${name}@${version}`))].sort(),
  )
})

describe('an installer', () => {
  const excluded = [...read(join(repository, 'electron-builder.yml')).matchAll(/^ +- '!(.+)'$/gm)].map(
    ([, pattern = '']) => pattern,
  )
  const isLeftOut = (path: string) => excluded.some((pattern) => matchesGlob(path, pattern))

  it('holds every package that the program loads, with what it depends on', () => {
    const { packages } = dependenciesSchema.parse(JSON.parse(read(join(repository, 'package-lock.json'))))
    const needed = new Set(importedByTheProgram())
    for (const name of needed)
      for (const each of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {})) needed.add(each)
    expect(needed).toContain('zrender')
    for (const name of needed) expect(isLeftOut(`node_modules/${name}/package.json`), name).toBe(false)
  })

  it('holds none of the page’s own packages, which are in its bundle', () => {
    const ofPage = ['@mantine/core', 'cornerstone-core', 'react', 'react-dom', '@trpc/tanstack-react-query']
    for (const name of ofPage) expect(isLeftOut(`node_modules/${name}/index.js`), name).toBe(true)
    expect(isLeftOut('node_modules/onnxruntime-node/bin/napi-v6/darwin/arm64/x.dylib')).toBe(true)
  })
})

/** Packages that the built program imports by their names. */
function importedByTheProgram(): string[] {
  const program = join(repository, 'out/main')
  const files = readdirSync(program, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  )
  const imports = files.flatMap((file) => [
    ...read(join(program, file)).matchAll(/(?:from ?|import\()"([^."/][^"]*)"/g),
  ])
  const names = imports.map(([, path = '']) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'))
  return [...new Set(names)].filter((name) => !name.startsWith('node:') && name !== 'electron')
}

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../support/temporary-folder.ts'

const repository = join(import.meta.dirname, '../..')
const out = temporaryFolder('notices')
const read = (path: string) => readFileSync(path, 'utf8')
const notices = () => read(join(out, 'renderer/THIRD-PARTY-NOTICES.txt')).split(`\n${'-'.repeat(80)}\n\n`)

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
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

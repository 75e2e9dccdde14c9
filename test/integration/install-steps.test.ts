import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const repository = join(import.meta.dirname, '../..')

interface Locked {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>
}

interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
}

function parsed(name: string): unknown {
  return JSON.parse(readFileSync(join(repository, name), 'utf8'))
}

const { packages } = parsed('package-lock.json') as Locked
const { allowScripts, peerDependencies, peerDependenciesMeta } = parsed('package.json') as Manifest
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

it('every package with an install step is denied it by name (npm 11 and later), and all are (npm 10)', () => {
  const withSteps = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true)
  expect(Object.keys(allowScripts)).toEqual(withSteps.map(([path]) => nameOf(path)).sort())
  expect(new Set(Object.values(allowScripts))).toEqual(new Set([false]))
  const settings = readFileSync(join(repository, '.npmrc'), 'utf8').split('\n')
  expect(settings.filter((line) => !line.startsWith('#') && line !== '')).toEqual([
    'ignore-scripts=true',
    'fund=false',
    'audit=false',
  ])
})

it('peers are optional, and nothing is installed for them', () => {
  const names = Object.keys(peerDependencies)
  expect(names).toEqual(['@tensorflow/tfjs-node-gpu'])
  for (const name of names) {
    expect(peerDependenciesMeta[name]).toEqual({ optional: true })
    expect(packages[`node_modules/${name}`]).toBeUndefined()
  }
})

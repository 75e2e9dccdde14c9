import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.mjs'

const licenceFile = /^(licen[cs]es?|copying|notice|third[-_]?party[-_]?notice(s|text)?)([-.].*)?$/i

/**
 * The packages that the application contains, Electron included, by their paths in npm's lock file.
 * @returns {{ path: string, name: string, version: string, license?: string }[]}
 */
export function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && (dev !== true || path === 'node_modules/electron'))
    .map(([path, { version, license }]) => ({ path, name: nameOf(path), version, license }))
}

/**
 * THIRD-PARTY-NOTICES: the licence texts of all shipped packages, each text once. A package without a text of
 * its own is given its licence's standard text. @throws for a package whose licence has no text here.
 */
export function noticesOf(packages) {
  const users = new Map()
  for (const one of packages) {
    const text = licenceText(one)
    users.set(text, [...(users.get(text) ?? []), `${one.name} ${one.version} (${one.license})`])
  }
  const parts = [...users].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}`)
  return `${[introduction, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

const introduction = `Radversary contains the packages below, each under the licence that follows its name.
Electron's own components: LICENSES.chromium.html beside the program.`

/**
 * A CycloneDX SBOM of the shipped packages. npm's own `--omit dev` leaves out packages that both the
 * application and a tool use, so all are asked for and the others taken out.
 * @param bom what `npm sbom --sbom-format cyclonedx --package-lock-only` says
 */
export function shippedBom(bom, packages) {
  const shipped = new Set(packages.map(({ name, version }) => `${name}@${version}`))
  const components = bom.components.filter(({ name, version }) => shipped.has(`${name}@${version}`))
  const refs = new Set([bom.metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])])
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }))
  const component = { ...bom.metadata.component, name: 'radversary', type: 'application' }
  return { ...bom, metadata: { ...bom.metadata, component }, components, dependencies }
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function licenceText(one) {
  const folder = join(repository, one.path)
  const files = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && licenceFile.test(entry.name),
  )
  const texts =
    files.length === 0
      ? [standardText(one)]
      : files.map(({ name }) => readFileSync(join(folder, name), 'utf8').trim())
  return [...texts, ...componentNotices(one)].join('\n\n')
}

/**
 * Packages whose own components' notices npm's package leaves out: resources/notices has them, by version.
 */
const withComponents = ['onnxruntime-node']

/** @throws where a version has come whose notices are not there yet. */
function componentNotices({ name, version }) {
  if (!withComponents.includes(name)) return []
  const file = `resources/notices/${name}-${version}.txt`
  if (!existsSync(join(repository, file)))
    throw new Error(`${name} ${version}: expected the notices of its components in ${file}, got none`)
  return [readFileSync(join(repository, file), 'utf8').trim()]
}

/** Copyright lines of packages whose repositories have a licence text that npm's package leaves out. */
const copyrights = {
  'onnxruntime-common': ['Copyright (c) 2018 - present Microsoft Corporation'],
  'onnxruntime-node': ['Copyright (c) 2018 - present Microsoft Corporation'],
  '@tensorflow/tfjs-layers': [
    'Copyright (c) 2015 - 2018, François Chollet.',
    'Copyright (c) 2015 - 2018, Google LLC.',
    'Copyright (c) 2017 - 2018, Microsoft, LLC',
    'Copyright (c) 2015 - 2018, the respective contributors.',
  ],
}

/**
 * The package's own lines or, of a package by its author alone, the author's. @throws where neither is known.
 */
function copyrightOf(path, name) {
  const { author } = JSON.parse(readFileSync(join(repository, path, 'package.json'), 'utf8'))
  const holder = typeof author === 'string' ? author : author?.name
  const lines = copyrights[name] ?? (holder === undefined ? undefined : [`Copyright (c) ${holder}`])
  if (lines === undefined) throw new Error(`${name}: expected an author or copyright lines, got none`)
  return lines.join('\n')
}

function standardText({ path, name, license = '' }) {
  const texts = license.split(' AND ').map((id) => {
    if (id === 'Apache-2.0') return readFileSync(join(repository, 'LICENSE'), 'utf8').trim()
    if (id === 'MIT') return `${copyrightOf(path, name)}\n\n${mit()}`
    throw new Error(`${name}: expected a licence file, or MIT or Apache-2.0, got ${license || 'none'}`)
  })
  return texts.join('\n\n')
}

/** The MIT License without its copyright line, as Zod's file has it. */
function mit() {
  const text = readFileSync(join(repository, 'node_modules/zod/LICENSE'), 'utf8')
  return text.slice(text.indexOf('Permission is hereby granted')).trim()
}

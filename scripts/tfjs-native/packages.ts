import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const addonPackage = '@tensorflow/tfjs-node'

/** The version that the application's own TensorFlow.js has: both must be the same. */
function tensorflowVersion(): string {
  return (
    createRequire(import.meta.url)('@tensorflow/tfjs-core/package.json') as { readonly version: string }
  ).version
}

/**
 * The addon's package and Node-API's headers in npm's folder, their install scripts not run. @returns the
 * addon package's folder
 */
export function installAddonPackage(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest))
    writeFileSync(
      manifest,
      '{ "private": true, "description": "Packages that Radversary finds TensorFlow by" }\n',
    )
  const wanted = [`${addonPackage}@${tensorflowVersion()}`, 'node-api-headers']
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, ...wanted]
  const { status } = spawnSync('npm', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm could not install ${wanted.join(' and ')}`)
  return join(folder, 'node_modules', addonPackage)
}

export function nodeApiHeaders(folder: string): string {
  return join(folder, 'node_modules/node-api-headers/include')
}

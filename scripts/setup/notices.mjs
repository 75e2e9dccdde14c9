/**
 * `npm run notices`, the last step of a build: the licence texts of all that ships, in the page's files, and
 * its SBOM (CycloneDX). Needs no network.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.mjs'
import { noticesOf, shippedBom, shippedPackages } from './shipped-packages.mjs'

function npmBom() {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'],
    { cwd: repository, encoding: 'utf8', maxBuffer: 2 ** 26, shell: process.platform === 'win32' },
  )
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`)
  return JSON.parse(stdout)
}

/** The build's folder, or the one named. */
const out = process.argv[2] ?? join(repository, 'out')
const packages = shippedPackages()
const page = join(out, 'renderer')
mkdirSync(page, { recursive: true })
writeFileSync(join(page, 'THIRD-PARTY-NOTICES.txt'), noticesOf(packages))
writeFileSync(join(out, 'sbom.cdx.json'), `${JSON.stringify(shippedBom(npmBom(), packages), null, 2)}\n`)

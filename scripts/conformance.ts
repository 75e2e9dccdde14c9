/**
 * Exports every DICOM image in some folders, and lists what dciodvfy and dcentvfy find in an export and not
 * in its source: npm run conformance -- [FOLDER…]. Needs dicom3tools and dcmtk.
 */
import { fileURLToPath } from 'node:url'
import { scan } from '../src/adapters/fs/scan.ts'
import { conformanceOf } from '../test/support/conformance.ts'

const shared = ['data', 'cases'].map((name) =>
  fileURLToPath(new URL(`../../shared/${name}`, import.meta.url)),
)
const given = process.argv.slice(2)
const { series } = await scan(given.length > 0 ? given : shared)
const files = series
  .flatMap(({ instances }) => instances)
  .flatMap(({ source, hasPixelData }) => (hasPixelData && source.member === undefined ? [source.path] : []))

let refusals = 0
let findings = 0
for (const file of files) {
  const result = await conformanceOf(file)
  if (result.refused !== undefined) refusals++
  findings += result.findings.length
  for (const finding of result.findings) console.log(`${file}\n  ${finding}`)
}
console.log(`${files.length} images, ${refusals} refused by name, ${findings} new findings`)
process.exitCode = findings === 0 ? 0 : 1

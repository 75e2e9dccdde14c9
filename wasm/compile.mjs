/**
 * `npm run wasm`: compiles wasm/pixels.ts with AssemblyScript into src/core/math/pixel-kernels.ts, which is
 * committed, so that neither a build nor a test needs the compiler. Fetched by npx when it is run, as the
 * packager is.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository } from '../scripts/setup/repository.mjs'

const compiler = 'assemblyscript@0.28.20'
const source = join(repository, 'wasm/pixels.ts')
const folder = mkdtempSync(join(tmpdir(), 'radversary-wasm-'))
try {
  const out = join(folder, 'pixels.wasm')
  const options = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '-o', out]
  execFileSync('npx', ['--yes', '--package', compiler, 'asc', source, ...options], { stdio: 'inherit' })
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex')
  const bytes = Array.from(readFileSync(out))
    .join(',')
    .match(/.{1,106}(,|$)/g)
    ?.join('\n  ')
  writeFileSync(
    join(repository, 'src/core/math/pixel-kernels.ts'),
    `/** Written by \`npm run wasm\` (${compiler}) from wasm/pixels.ts. */\n\n` +
      `/** SHA-256 of that source. */\nexport const sourceHash = '${hash}'\n\n` +
      `/** The WebAssembly module. */\nexport const moduleBytes = Uint8Array.of(\n  ${bytes}\n)\n`,
  )
} finally {
  rmSync(folder, { recursive: true })
}

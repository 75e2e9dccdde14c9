import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The rules that fire on a tree of files, each planted to break one of them. */
function violations(folder: string): string[] {
  const args = [
    `${root}node_modules/dependency-cruiser/bin/dependency-cruise.mjs`,
    'src',
    '--config',
    `${root}.dependency-cruiser.cjs`,
    '-T',
    'json',
  ]
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: `${root}${folder}`,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const report = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } }
  return report.summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort()
}

test('each planted violation of the layers is caught by its rule', () => {
  expect(violations('test/fixtures/planted-violations')).toEqual([
    'src/adapters/fs/runs-models.ts: onnxruntime-lives-in-adapters-ort',
    'src/cli/works-itself.ts: types-only-of-core',
    'src/core/reads-files.ts: core-is-pure',
    'src/engine/knows-the-command-line.ts: layer-engine',
    'src/main/works-itself.ts: layer-main',
    'src/renderer/src/uses-node.ts: renderer-has-no-node',
  ])
})

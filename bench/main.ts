/** `npm run bench [-- --json] [-- --only gradient]`: our speed beside PyTorch's, measured in turns on this machine. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatRows } from '../src/engine/bench/row.ts'
import { benchSectionNames, runBench } from '../src/engine/bench/run-bench.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', multiple: true }, threads: { type: 'string' } },
})

const only = values.only === undefined ? undefined : benchSectionNames.filter((name) => values.only?.includes(name))
const result = await runBench({
  peersFolder: fileURLToPath(new URL('peers', import.meta.url)),
  only,
  threads: values.threads === undefined ? undefined : Number(values.threads),
  onRow: ({ name, ratio }) => process.stderr.write(`${name}: ${ratio === null ? 'measured' : `ratio ${ratio.toFixed(2)}`}\n`),
})
process.stdout.write(
  values.json ? `${JSON.stringify(result, null, 2)}\n` : `${result.threads} threads\n${formatRows(result.rows)}\n`,
)

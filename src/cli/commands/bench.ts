import { Command, Option } from 'commander'
import { formatRows } from '../../bench/row.ts'
import { benchSectionNames, runBench, type BenchSectionName } from '../../bench/run-bench.ts'
import { applicationFolder } from '../application-folder.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { positiveInteger, withJson } from '../options.ts'

interface Options {
  readonly only?: BenchSectionName[]
  readonly threads?: number
  readonly device: string
  readonly json?: boolean
}

export function benchCommand(context: CommandContext): Command {
  const command = new Command('bench')
    .addOption(new Option('--only <section...>', 'some parts').choices(benchSectionNames))
    .option('--device <name>', 'what models run on; on a graphics card only gradient and smia', 'cpu')
    .option('--threads <n>', 'threads on the CPU; default: the physical cores', positiveInteger)
  return withJson(command).action(async (options: Options) => {
    await runJob(context, options, async () => {
      const result = await runBench({
        repository: applicationFolder(),
        commandLine: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
        only: options.only,
        threads: options.threads,
        device: options.device,
        onRow: ({ name, ratio }) =>
          context.streams.err.write(
            `${name}: ${ratio === null ? 'measured' : `ratio ${ratio.toFixed(2)}`}\n`,
          ),
      })
      return {
        result,
        text: `Device ${result.device}, ${result.threads} threads\n${formatRows(result.rows)}\n`,
        code: exitCode.done,
      }
    })
  })
}

import { Command } from 'commander'
import type { Departure } from '../../engine/departures/departure.ts'
import { type DepartureLog, departuresOf } from '../../engine/departures/departure-log.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions } from '../job.ts'
import { home, withJson } from '../options.ts'
import { linesText, tableText } from '../output.ts'

/** `radversary exports`: what has left the workspace. */
export function exportsCommand(context: CommandContext): Command {
  return withJson(new Command('exports')).action((options: JobOptions) =>
    runJob(context, options, async () => {
      const log = await departuresOf(home())
      const code = log.damaged.length > 0 ? exitCode.failed : exitCode.done
      return { result: log, text: exportsText(log), code }
    }),
  )
}

function exportsText({ departures, damaged }: DepartureLog): string {
  const rows = departures.map((left) => [
    left.when,
    left.what,
    identityText(left),
    `${left.files} files`,
    left.to,
  ])
  const table = rows.length === 0 ? 'Nothing has left this workspace.\n' : tableText(rows)
  const lines = damaged.map((line) => `Line ${line} was changed, or one before it was taken away`)
  return `${table}${linesText(lines)}`
}

function identityText({ identity }: Departure): string {
  return identity.choice === 'keep' ? 'identity kept' : identity.choice
}

import { percent } from '../../core/number-texts.ts'
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { CohortRecord, PooledCell } from '../../engine/cohort/cohort-record.ts'
import { runCohort, type CohortReport } from '../../engine/cohort/run-cohort.ts'
import { mergeCohort, runShard } from '../../engine/cohort/run-shard.ts'
import {
  attackJob,
  compareJob,
  evaluateJob,
  withJob,
  type CohortJobCommand,
  type CohortOptions,
} from '../cohort-jobs.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions, type Outcome } from '../job.ts'
import { home, integer, withJson } from '../options.ts'
import { failuresText, linesText, tableText } from '../output.ts'
import { planCommand } from './cohort-plan.ts'

export function cohortCommand(context: CommandContext): Command {
  return new Command('cohort')
    .addCommand(jobPart(attackJob, context))
    .addCommand(jobPart(compareJob, context))
    .addCommand(jobPart(evaluateJob, context))
    .addCommand(planCommand(context))
    .addCommand(runPart(context))
    .addCommand(mergePart(context))
}

function jobPart<Options extends CohortOptions>(
  job: CohortJobCommand<Options>,
  context: CommandContext,
): Command {
  const command = new Command(job.name).description(job.description)
  return withJob(command, job, context)
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted cohort')
    .action((options: Options) =>
      runJob(context, options, async (hooks) =>
        cohortOutcome(await runCohort(await job.requestOf(options), hooks)),
      ),
    )
}

function runPart(context: CommandContext): Command {
  const run = new Command('run').description('do one shard of a plan; what a scheduler starts')
  return withJson(run)
    .argument('<plan>', 'the plan’s folder')
    .requiredOption('--shard <k>', 'counts from 0', integer)
    .action((folder: string, { shard, json }: { readonly shard: number; readonly json?: boolean }) =>
      runJob(context, { ...(json && { json }) }, async (hooks) => {
        const receipt = await runShard({ folder: resolve(folder), shard, home: home() }, hooks)
        const failed = receipt.studies.filter(({ manifest }) => manifest === null).length
        const text = `Shard ${shard}: ${receipt.studies.length} studies, ${failed} of them failed\n`
        return { result: receipt, text, code: exitCode.done }
      }),
    )
}

function mergePart(context: CommandContext): Command {
  const merge = new Command('merge').description('verify all shards of a plan, and write record and table')
  return withJson(merge)
    .argument('<plan>', 'the plan’s folder')
    .action((folder: string, options: JobOptions) =>
      runJob(context, options, async (hooks) => cohortOutcome(await mergeCohort(resolve(folder), hooks))),
    )
}

function cohortOutcome({ folder, record }: CohortReport): Outcome {
  const isWhole = record.studies.every((study) => 'results' in study && study.failures === 0)
  const text = cohortText({ folder, record })
  return { result: { folder, record }, text, code: isWhole ? exitCode.done : exitCode.someInputsFailed }
}

/** All that a table of ten thousand rows comes to; the rows are in cohort.csv. */
function cohortText({ folder, record }: CohortReport): string {
  const { studies, patients, summary, notice } = record
  const failed = studies.flatMap((study) => ('failure' in study ? [study] : []))
  const rows = [
    ['studies', `${summary.studies}, ${summary.failed} of them failed`],
    ...(patients.length === 0 ? [] : [['patients', String(patients.length)]]),
    ['images', String(summary.images)],
    ...fooledRows(record),
  ]
  const failures = failed.map(({ name, failure: { message, tip } }) => ({
    file: name,
    message,
    tip: tip ?? undefined,
  }))
  return `${tableText(rows)}${linesText([notice, `Written to ${folder}`])}${failuresText(failures)}`
}

/** A row of what each cell has fooled; its name where there are several. */
function fooledRows({ cells, summary: { results } }: CohortRecord): string[][] {
  const [only] = results
  if (results.length === 1 && only !== undefined) return [['fooled', fooledText(only)]]
  return results.map((result, index) => {
    const { model = '', method = '', budget = null } = cells[index] ?? {}
    return [[model, method, budget].filter(Boolean).join(', '), fooledText(result)]
  })
}

function fooledText({ fooled, metBefore, slices, byPatient }: PooledCell): string {
  const interval =
    byPatient === null ? '' : `, by patient ${percent(byPatient.lower)} to ${percent(byPatient.upper)}`
  return `${fooled.successes} of ${fooled.count} (${percent(fooled.rate)}${interval}); ${metBefore} of ${slices} were wrong before`
}

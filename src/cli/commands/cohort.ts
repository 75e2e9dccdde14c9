import { percent } from '../../core/number-texts.ts'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { attackSpec } from '../../core/spec/attack-spec.ts'
import { attackCohort, type CohortReport, type CohortRequest } from '../../engine/cohort/attack-cohort.ts'
import { commonFolder, presetGpus } from '../../engine/cohort/job-needs.ts'
import { kubernetesNeeds } from '../../engine/cohort/kubernetes.ts'
import { studiesToAttack } from '../../engine/cohort/nameless-studies.ts'
import { planCohort, writePlan } from '../../engine/cohort/plan.ts'
import { mergeCohort, runShard } from '../../engine/cohort/run-shard.ts'
import { filesFor, quoted, schedulers, type Scheduler } from '../../engine/cohort/schedulers.ts'
import { areStrict, exportNames } from '../../engine/export/export-kinds.ts'
import type { JobHooks } from '../../engine/progress.ts'
import { applicationFolder } from '../application-folder.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions, type Outcome } from '../job.ts'
import { withMethod } from '../method-options.ts'
import {
  home,
  integer,
  positiveInteger,
  withDevice,
  withJson,
  withModel,
  type DeviceOptions,
  type ModelOptions,
} from '../options.ts'
import { failuresText, linesText, tableText } from '../output.ts'
import { identityOf, type IdentityOptions, withIdentity } from '../profile-options.ts'
import { attackOf, withFields, type AttackOptions } from '../spec-options.ts'

interface AttackedOptions extends ModelOptions, DeviceOptions, AttackOptions, IdentityOptions {
  readonly studies: string
  readonly out: string
  readonly json?: boolean
}

export function cohortCommand(context: CommandContext): Command {
  const command = new Command('cohort')
  const parts = [attackPart, planPart, runPart, mergePart]
  for (const part of parts) command.addCommand(part(context))
  return command
}

function attackPart(context: CommandContext): Command {
  const attack = new Command('attack').description('attack a model on many studies, one after the other')
  return withAttack(attack, context)
    .requiredOption('--out <dir>', 'a new or empty folder, or that of an interrupted cohort')
    .action((options: AttackedOptions) =>
      runJob(context, options, async (hooks) =>
        cohortOutcome(await attackCohort(await requestOf(options), hooks)),
      ),
    )
}

interface PlanOptions extends AttackedOptions {
  readonly shards: number
  readonly for: Scheduler
  readonly memory: number
  readonly gpus?: number
  readonly program: string
  readonly image: string | undefined
  readonly claim: string | undefined
  readonly mount?: string
}

function planPart(context: CommandContext): Command {
  const plan = new Command('plan').description('part a cohort for a scheduler, and write what that takes')
  return withAttack(plan, context)
    .requiredOption('--shards <n>', 'parts, each of whole studies', positiveInteger)
    .addOption(new Option('--for <scheduler>', 'who starts them').choices(schedulers).makeOptionMandatory())
    .option('--memory <GiB>', 'memory of a shard', positiveInteger, 8)
    .option('--gpus <n>', 'GPUs of a shard; default: none on the CPU, else 1', integer)
    .option('--program <command>', 'how Radversary is started on the machines', ownCommand())
    .option('--image <image>', 'a container image of it (packaging/Containerfile), in its place')
    .option('--mount <dir>', 'the folder that a container sees; default: the one that holds all')
    .option('--claim <name>', 'of Kubernetes: the PersistentVolumeClaim mounted there')
    .requiredOption('--out <dir>', 'the plan’s folder, on a disk that all machines share')
    .action((options: PlanOptions) => runJob(context, options, (hooks) => planned(options, hooks)))
}

async function planned(options: PlanOptions, hooks: JobHooks): Promise<Outcome> {
  const folder = resolve(options.out)
  const request = { ...(await requestOf(options)), out: folder, shards: options.shards }
  if (options.for === 'kubernetes') kubernetesNeeds(options)
  const plan = await planCohort(request, hooks)
  const files = await writePlan(folder, plan, (planSha256) =>
    filesFor(options.for, {
      folder,
      planSha256,
      shards: plan.shards.length,
      threads: plan.device.threads,
      memoryGib: options.memory,
      gpus: options.gpus ?? presetGpus(plan),
      program: options.program,
      image: options.image,
      claim: options.claim,
      mount: options.mount ?? commonFolder(plan, folder),
    }),
  )
  const text = linesText([
    `${plan.studies.length} studies in ${plan.shards.length} shards`,
    ...files.map((file) => `Written to ${file}`),
  ])
  return { result: { folder, files, shards: plan.shards }, text, code: exitCode.done }
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

/** This very program, as a shell starts it. */
function ownCommand(): string {
  return [process.execPath, join(applicationFolder(), 'out/main/radversary.js')].map(quoted).join(' ')
}

/** What is attacked, by which model and method, and on what. */
function withAttack(command: Command, { args }: CommandContext): Command {
  command.requiredOption(
    '--studies <path>',
    'a folder whose folders and zip archives are studies, or a CSV with the column "path" and, if wanted, "patient" and "name"',
  )
  withFields(withMethod(withModel(command), args), attackSpec.omit({ images: true })).option(
    '--export <kinds>',
    `some of ${exportNames.join(',')}, as of attack`,
  )
  return withJson(withDevice(withIdentity(command)))
}

async function requestOf(options: AttackedOptions): Promise<CohortRequest> {
  const { studies, model, card, runtime, device, threads, out } = options
  const identity = identityOf(options)
  return {
    ...attackOf(options),
    model,
    card,
    runtime,
    device,
    threads,
    out,
    studies: await studiesToAttack(studies, identity, home()),
    identity,
    sources: [studies],
    home: home(),
    strictExports: areStrict(options.export),
  }
}

function cohortOutcome({ folder, record }: CohortReport): Outcome {
  const isWhole = record.studies.every((study) => 'summary' in study && study.failures === 0)
  const text = cohortText({ folder, record })
  return { result: { folder, record }, text, code: isWhole ? exitCode.done : exitCode.someInputsFailed }
}

/** All that a table of ten thousand rows comes to; the rows are in cohort.csv. */
function cohortText({ folder, record: { studies, patients, summary, notice } }: CohortReport): string {
  const { fooled } = summary
  const failed = studies.flatMap((study) => ('failure' in study ? [study] : []))
  const rows = [
    ['studies', `${summary.studies}, ${summary.failed} of them failed`],
    ...(patients.length === 0 ? [] : [['patients', String(patients.length)]]),
    ['images', String(summary.images)],
    [
      'fooled',
      `${fooled.successes} of ${fooled.count} (${percent(fooled.rate)}); ${summary.metBefore} of ${summary.slices} were wrong before`,
    ],
  ]
  const failures = failed.map(({ name, failure: { message, tip } }) => ({
    file: name,
    message,
    tip: tip ?? undefined,
  }))
  return `${tableText(rows)}${linesText([notice, `Written to ${folder}`])}${failuresText(failures)}`
}

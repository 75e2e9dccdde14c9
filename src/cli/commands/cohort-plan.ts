import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { shellWord } from '../../core/spec/command-line.ts'
import { commonFolder, presetGpus } from '../../engine/cohort/job-needs.ts'
import { kubernetesNeeds } from '../../engine/cohort/kubernetes.ts'
import { type CohortPlan, planCohort, writePlan } from '../../engine/cohort/plan.ts'
import { filesFor, schedulers, type Scheduler } from '../../engine/cohort/schedulers.ts'
import type { CohortRequest } from '../../engine/cohort/cohort-request.ts'
import type { JobHooks } from '../../engine/progress.ts'
import { applicationFolder } from '../application-folder.ts'
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
import { runJob, type Outcome } from '../job.ts'
import { integer, positiveInteger } from '../options.ts'
import { linesText } from '../output.ts'

interface PlanOptions extends CohortOptions {
  readonly shards: number
  readonly for: Scheduler
  readonly memory: number
  readonly gpus?: number
  readonly program: string
  readonly image: string | undefined
  readonly claim: string | undefined
  readonly mount?: string
}

/** `cohort plan`, or `cohort plan JOB`; an attack where no job is named. */
export function planCommand(context: CommandContext): Command {
  return new Command('plan')
    .description('part a cohort for a scheduler, and write what that takes')
    .addCommand(planJob(attackJob, context), { isDefault: true })
    .addCommand(planJob(compareJob, context))
    .addCommand(planJob(evaluateJob, context))
}

function planJob<Options extends CohortOptions>(job: CohortJobCommand<Options>, context: CommandContext) {
  const command = new Command(job.name).description(job.description)
  return withJob(command, job, context)
    .requiredOption('--shards <n>', 'parts, each of whole studies', positiveInteger)
    .addOption(new Option('--for <scheduler>', 'who starts them').choices(schedulers).makeOptionMandatory())
    .option('--memory <GiB>', 'memory of a shard', positiveInteger, 8)
    .option('--gpus <n>', 'GPUs of a shard; default: none on the CPU, else 1', integer)
    .option('--program <command>', 'how Radversary is started on the machines', ownCommand())
    .option('--image <image>', 'a container image of it (packaging/Containerfile), in its place')
    .option('--mount <dir>', 'the folder that a container sees; default: the one that holds all')
    .option('--claim <name>', 'of Kubernetes: the PersistentVolumeClaim mounted there')
    .requiredOption('--out <dir>', 'the plan’s folder, on a disk that all machines share')
    .action((options: Options & PlanOptions) =>
      runJob(context, options, async (hooks) => planned(await job.requestOf(options), options, hooks)),
    )
}

async function planned(asked: CohortRequest, options: PlanOptions, hooks: JobHooks): Promise<Outcome> {
  const folder = resolve(options.out)
  if (options.for === 'kubernetes') kubernetesNeeds(options)
  const plan = await planCohort({ ...asked, out: folder, shards: options.shards }, hooks)
  const files = await writePlan(folder, plan, (planSha256) =>
    filesFor(options.for, needsOf(plan, options, { folder, planSha256 })),
  )
  const text = linesText([
    `${plan.studies.length} studies in ${plan.shards.length} shards`,
    ...files.map((file) => `Written to ${file}`),
  ])
  return { result: { folder, files, shards: plan.shards }, text, code: exitCode.done }
}

function needsOf(
  plan: CohortPlan,
  { memory, gpus, program, image, claim, mount }: PlanOptions,
  { folder, planSha256 }: { readonly folder: string; readonly planSha256: string },
) {
  return {
    folder,
    planSha256,
    shards: plan.shards.length,
    threads: plan.device.threads,
    memoryGib: memory,
    gpus: gpus ?? presetGpus(plan),
    program,
    image,
    claim,
    mount: mount ?? commonFolder(plan, folder),
  }
}

/** This very program, as a shell starts it. */
function ownCommand(): string {
  return [process.execPath, join(applicationFolder(), 'out/main/radversary.js')].map(shellWord).join(' ')
}

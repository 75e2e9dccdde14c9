import { join, sep } from 'node:path'
import { RadversaryError } from '../../core/errors.ts'
import { shellWord } from '../../core/spec/command-line.ts'
import type { JobNeeds } from './job-needs.ts'
import { kubernetesList } from './kubernetes.ts'
import type { PlanFile } from './plan.ts'

export const schedulers = ['slurm', 'kubernetes', 'snakemake'] as const
export type Scheduler = (typeof schedulers)[number]

/** Returns what a scheduler takes; all of it does nothing but start `cohort run` and `cohort merge`. */
export function filesFor(scheduler: Scheduler, needs: JobNeeds): PlanFile[] {
  if (needs.image !== undefined && needs.mount === sep)
    throw new RadversaryError('usage', 'Plan: expected one folder that a container can see, got /', {
      tip: 'Put plan, model and studies into one folder, or give --mount.',
    })
  if (/[\n\r]/.test(needs.folder + needs.program))
    throw new RadversaryError('usage', 'Plan: expected paths of one line', { file: needs.folder })
  return makers[scheduler](needs)
}

const makers = {
  slurm: (needs) => [{ path: 'cohort.sbatch', text: slurmScript(needs) }],
  kubernetes: (needs) => [
    { path: 'cohort.job.json', text: `${JSON.stringify(kubernetesList(needs), null, 2)}\n` },
  ],
  snakemake: (needs) => [
    { path: 'Snakefile', text: snakefile(needs) },
    { path: 'profile/config.yaml', text: snakemakeProfile(needs) },
  ],
} satisfies Readonly<Record<Scheduler, (needs: JobNeeds) => PlanFile[]>>

/** The job array: https://slurm.schedmd.com/job_array.html; a task that is preempted is put back. */
function slurmScript(needs: JobNeeds): string {
  const { folder, shards, threads, memoryGib, gpus } = needs
  const options = [
    '--job-name=radversary-cohort',
    `--array=0-${shards - 1}`,
    `--cpus-per-task=${threads}`,
    `--mem=${memoryGib}G`,
    ...(gpus > 0 ? [`--gres=gpu:${gpus}`] : []),
    '--requeue',
    '--open-mode=append',
  ]
  return [
    '#!/bin/bash',
    ...options.map((option) => `#SBATCH ${option}`),
    'set -eu',
    `exec ${starter(needs)} cohort run ${shellWord(folder)} --shard "$SLURM_ARRAY_TASK_ID"`,
    '',
  ].join('\n')
}

/**
 * Rules of a done file for each shard, then the merge, whose exit code 3 (some inputs failed) is an end too.
 */
function snakefile(needs: JobNeeds): string {
  const { folder, shards, threads, memoryGib, gpus } = needs
  const shell = (command: string) => JSON.stringify(command.replaceAll('{', '{{').replaceAll('}', '}}'))
  const run = `${starter(needs)} cohort run ${shellWord(folder)} --shard `
  const merge = `${starter(needs)} cohort merge ${shellWord(folder)} || [ $? -eq 3 ]`
  return [
    'rule all:',
    '    input: "done/merged"',
    '',
    'rule shard:',
    '    output: touch("done/{shard}")',
    '    wildcard_constraints: shard="[0-9]+"',
    `    threads: ${threads}`,
    `    resources: mem_mb=${1024 * memoryGib}, gpu=${gpus}`,
    `    shell: ${shell(run)} "{wildcards.shard}"`,
    '',
    'rule merge:',
    `    input: expand("done/{shard}", shard=range(${shards}))`,
    '    output: touch("done/merged")',
    `    shell: ${shell(merge)}`,
    '',
  ].join('\n')
}

/** Options of `snakemake --profile`; JSON's strings are YAML's. */
function snakemakeProfile({ folder, shards }: JobNeeds): string {
  return [
    `snakefile: ${JSON.stringify(join(folder, 'Snakefile'))}`,
    `directory: ${JSON.stringify(folder)}`,
    `jobs: ${shards}`,
    'retries: 3',
    'keep-going: true',
    'rerun-incomplete: true',
    '',
  ].join('\n')
}

/** The command that Radversary is on a machine, in its container where there is one. */
function starter({ program, image, mount, gpus }: JobNeeds): string {
  if (image === undefined) return program
  const gpu = gpus > 0 ? ['--nv'] : []
  const bound = ['--bind', shellWord(`${mount}:${mount}`)]
  return ['apptainer', 'exec', '--containall', ...gpu, ...bound, shellWord(image), 'radversary'].join(' ')
}

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const daemons = ['/usr/sbin/munged', '/usr/sbin/slurmctld', '/usr/sbin/slurmd']

/** Whether Debian's slurm-wlm is here, and may be started: its daemons run as root. */
export const hasSlurm = daemons.every((path) => existsSync(path)) && process.getuid?.() === 0

/** A Slurm of one node and four CPUs, whatever the machine has, in a folder of its own. */
export interface Slurm {
  /** Runs one of its commands and returns what it prints. */
  run(command: string, ...args: string[]): string
  stop(): Promise<void>
}

export async function startSlurm(folder: string): Promise<Slurm> {
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name), { recursive: true })
  const [key, socket, conf] = ['munge.key', 'munge.socket', 'slurm.conf'].map((name) => join(folder, name)) as [string, string, string] // prettier-ignore
  writeFileSync(key, randomBytes(64), { mode: 0o400 })
  writeFileSync(conf, configuration(folder, socket))
  const env = { ...process.env, SLURM_CONF: conf, PATH: '/usr/bin:/bin:/usr/sbin' }
  const own = ['pid-file', 'log-file', 'seed-file'].map(
    (file) => `--${file}=${join(folder, `munge.${file}`)}`,
  )
  const start = (path: string, ...args: string[]) => spawn(path, args, { env, stdio: 'ignore' })
  const running: ChildProcess[] = [
    start('/usr/sbin/munged', '--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`, ...own),
  ]
  while (!existsSync(socket)) await setTimeout(100)
  running.push(start('/usr/sbin/slurmctld', '-D', '-f', conf), start('/usr/sbin/slurmd', '-D', '-f', conf))
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { env, cwd: folder, encoding: 'utf8' })
  await until(() => run('sinfo', '--noheader', '--format=%T').startsWith('idle'), 60)
  return {
    run,
    stop: async () => {
      for (const daemon of running.reverse()) daemon.kill('SIGTERM')
      await until(() => running.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null), 20) // prettier-ignore
    },
  }
}

/** Waits for something that is asked for until then, and that may throw meanwhile. */
export async function until(isSo: () => boolean, seconds: number): Promise<void> {
  const end = performance.now() + 1000 * seconds
  let last: unknown
  while (performance.now() < end) {
    try {
      if (isSo()) return
    } catch (error) {
      last = error
    }
    await setTimeout(300)
  }
  throw new Error(`not so within ${seconds} s`, { cause: last })
}

function configuration(folder: string, socket: string): string {
  const at = (name: string) => join(folder, name)
  const host = hostname()
  return [
    'ClusterName=radversary',
    `SlurmctldHost=${host}(127.0.0.1)`,
    'SlurmctldPort=16817',
    'SlurmdPort=16818',
    'SlurmUser=root',
    'SlurmdUser=root',
    'AuthType=auth/munge',
    // A task that was put back may start again when its credential has expired.
    `AuthInfo=socket=${socket},cred_expire=5`,
    `StateSaveLocation=${at('state')}`,
    `SlurmdSpoolDir=${at('spool')}`,
    `SlurmctldPidFile=${at('slurmctld.pid')}`,
    `SlurmdPidFile=${at('slurmd.pid')}`,
    `SlurmctldLogFile=${at('slurmctld.log')}`,
    `SlurmdLogFile=${at('slurmd.log')}`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'MpiDefault=none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_CPU',
    'SlurmdParameters=config_overrides',
    'SchedulerParameters=sched_interval=2',
    'ReturnToService=2',
    'JobRequeue=1',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=65536 State=UNKNOWN`,
    `PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    '',
  ].join('\n')
}

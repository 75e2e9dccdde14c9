import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Cores that this process may use, counting hyperthreads of one core once: matrix products gain nothing from
 * the second thread of a core. Where the system does not say (or says more than the process may use), the
 * logical processors that Node reports.
 */
export function physicalCores(): number {
  const found = systemCores()
  return found === null || found < 1 ? availableParallelism() : Math.min(found, availableParallelism())
}

function systemCores(): number | null {
  try {
    return coreCounters[process.platform]?.() ?? null
  } catch {
    return null // a stripped container, a locked-down shell: the fallback is good enough
  }
}

const coreCounters: Partial<Record<NodeJS.Platform, () => number>> = {
  linux: linuxCores,
  darwin: () =>
    Number(execFileSync('/usr/sbin/sysctl', ['-n', 'hw.physicalcpu'], { encoding: 'utf8', timeout: 5000 })),
  win32: () =>
    Number(
      execFileSync('powershell.exe', windowsQuery, { encoding: 'utf8', timeout: 5000, windowsHide: true }),
    ),
}

const windowsQuery = [
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  '(Get-CimInstance Win32_Processor | Measure-Object -Property NumberOfCores -Sum).Sum',
]

/**
 * Cores behind the processors of the affinity mask, at most what a control group grants (containers on large
 * servers).
 */
function linuxCores(): number {
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  const siblings = parseCpuList(allowed).map((cpu) =>
    readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8').trim(),
  )
  return Math.min(new Set(siblings).size, grantedCpus(cgroupLimit()))
}

function cgroupLimit(): string {
  try {
    return readFileSync('/sys/fs/cgroup/cpu.max', 'utf8')
  } catch {
    return 'max' // no control groups of version 2, or none around this process
  }
}

/** Processors granted by a control group's cpu.max, "QUOTA PERIOD" in µs or "max PERIOD"; at least one. */
export function grantedCpus(cpuMax: string): number {
  const [quota = 'max', period = '100000'] = cpuMax.trim().split(/\s+/)
  return quota === 'max' ? Infinity : Math.max(1, Math.floor(Number(quota) / Number(period)))
}

/** Processor numbers of a Linux list such as "0-3,8". */
export function parseCpuList(list: string): number[] {
  return list
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
    })
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether Vulkan's loader on Linux can find a driver: named by a variable, or described by a file in one of
 * its folders (Vulkan loader, driver discovery). Asked before WebGPU is tried, which without a driver writes
 * warnings of its own past us.
 */
export function hasVulkanDriver(
  env: Environment = process.env,
  listFolder: (folder: string) => readonly string[] = listing,
): boolean {
  if (env['VK_DRIVER_FILES'] !== undefined || env['VK_ICD_FILENAMES'] !== undefined) return true
  return driverFolders(env).some((folder) => listFolder(folder).some((name) => name.endsWith('.json')))
}

function driverFolders(env: Environment): string[] {
  const home = env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share')
  const shared = (env['XDG_DATA_DIRS'] ?? '/usr/local/share:/usr/share').split(':')
  return ['/etc', '/usr/local/etc', home, ...shared].map((folder) => join(folder, 'vulkan/icd.d'))
}

function listing(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

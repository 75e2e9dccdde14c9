import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

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

import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where Radversary keeps what is the user's (models, later runs and settings): RADVERSARY_HOME, or the
 * platform's usual place.
 */
export function homeFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env['RADVERSARY_HOME']) return env['RADVERSARY_HOME']
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Radversary')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Radversary')
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'radversary')
}

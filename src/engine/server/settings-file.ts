import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../adapters/fs/json-file.ts'
import { ortDevices } from '../../adapters/ort/devices.ts'

const schema = 'radversary/settings/1'

/** What a user can set. */
export const settingsSchema = z.strictObject({
  /** Bytes of decoded frames that are kept; null for a quarter of the memory. */
  cacheBytes: z.int().min(0).nullable(),
  device: z.enum(['auto', ...ortDevices]),
  /** On the CPU; null for the physical cores. */
  threads: z.int().min(1).max(1024).nullable(),
  /** Where each dialog was left, by its purpose, e.g. `open` and `export`. */
  lastFolders: z.record(z.string(), z.string()),
  /** `system`: as the operating system is set. */
  theme: z.enum(['dark', 'light', 'system']),
  textSize: z.enum(['normal', 'large', 'largest']),
  /** Whether the page begins with what it showed when it was left. */
  restoreSession: z.boolean(),
  /** Keys that do another key's work, by the key that they stand for, e.g. `{ "I": "Ctrl+I" }`. */
  keys: z.record(z.string(), z.string()),
})

export type Settings = Readonly<z.output<typeof settingsSchema>>

const presets: Settings = {
  cacheBytes: null,
  device: 'auto',
  threads: null,
  lastFolders: {},
  theme: 'dark',
  textSize: 'normal',
  restoreSession: true,
  keys: {},
}

/** A later version may have added settings: those left out are at their presets. */
export const settingsChange = settingsSchema.partial()
const fileSchema = settingsChange.extend({ schema: z.literal(schema) })

export interface SettingsFile {
  read(): Promise<Settings>
  /** Changes what is given and keeps the rest. @throws RadversaryError io-failed. */
  change(given: z.output<typeof settingsChange>): Promise<Settings>
}

/** The settings in the user's folder; presets where there are none. @throws RadversaryError io-failed. */
export function settingsIn(home: string): SettingsFile {
  const path = join(home, 'settings.json')
  let last: Promise<unknown> = Promise.resolve()
  const read = async (): Promise<Settings> => {
    const { schema: _, ...given } = (await readJsonFile(path, fileSchema)) ?? { schema }
    return withoutUndefined(presets, given)
  }
  const change = async (given: z.output<typeof settingsChange>): Promise<Settings> => {
    const settings = withoutUndefined(await read(), given)
    await writeJsonFile(path, { schema, ...settings })
    return settings
  }
  return {
    read,
    // One change after the other, or two at the same time would lose one.
    change: (given) => {
      const changing = last.then(() => change(given))
      last = changing.catch(() => undefined)
      return changing
    },
  }
}

function withoutUndefined(settings: Settings, given: z.output<typeof settingsChange>): Settings {
  return settingsSchema.parse({
    ...settings,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  })
}

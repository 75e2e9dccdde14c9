import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ioError } from '../../adapters/fs/io-error.ts'
import { writeJsonFile } from '../../adapters/fs/json-file.ts'
import { attackPresets } from '../../core/spec/presets.ts'
import { regionName, writeRegion, type DrawnRegion } from './region.ts'

/** What every request on disk says beside its spec. */
export const keptFields = {
  /** The user's name for it. */
  name: z.string().min(1).max(200),
  /** ISO 8601. */
  created: z.iso.datetime(),
  /** The study's files and folders. */
  paths: z.array(z.string()).min(1).readonly(),
  /** By name, so that it goes on where it began. */
  device: z.strictObject({ name: z.string(), threads: z.int().min(1) }),
}

/** A request on disk without its spec. */
export type KeptRequest = Readonly<{
  [Field in keyof typeof keptFields]: z.output<(typeof keptFields)[Field]>
}>

/**
 * Requests of the first version as the present one: they had null for what was not given, a flag for a region
 * beside them, no `forceIntensity` at first, and of a comparison no `earlyStop`.
 */
export function firstVersion<T>(first: string, schema: string, present: z.ZodType<T>): z.ZodType<T> {
  return z
    .looseObject({ schema: z.literal(first) })
    .transform(({ hasRegion, ...fields }): unknown => ({
      earlyStop: attackPresets.earlyStop,
      forceIntensity: attackPresets.forceIntensity,
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)),
      ...(hasRegion === true && { region: regionName }),
      schema,
    }))
    .pipe(present)
}

/** Makes the request's folder, with the region that it names. @throws RadversaryError io-failed. */
export async function keepRequest(
  folder: string,
  request: object,
  region: DrawnRegion | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw ioError('make folder', folder, cause)
  })
  if (region !== undefined) await writeRegion(folder, region)
  await writeJsonFile(join(folder, 'request.json'), request)
}

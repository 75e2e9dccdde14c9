import { z } from 'zod'

export const importRecordSchema = 'radversary-import/1'
export const importRecordName = 'import.json'

/** What an import made of which files; docs/import.md explains it. */
export const importRecord = z.strictObject({
  schema: z.literal(importRecordSchema),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  /** Modality (0008,0060) that the images were given. */
  modality: z.string(),
  studyInstanceUid: z.string(),
  files: z.array(
    z.strictObject({
      file: z.string(),
      sha256: z.string(),
      format: z.string(),
      rows: z.int(),
      columns: z.int(),
      /** What was assumed or left out. */
      notices: z.array(z.string()),
      images: z.array(z.strictObject({ path: z.string(), sopInstanceUid: z.string() })),
    }),
  ),
  /** The labels file, and where its labels come from; null where there are none. */
  labels: z
    .strictObject({ path: z.string(), from: z.string(), kind: z.enum(['classes', 'boxes']), images: z.int() })
    .nullable(),
  masks: z.strictObject({ path: z.string(), images: z.int() }).nullable(),
  notices: z.array(z.string()),
  failures: z.array(
    z.strictObject({ file: z.string(), code: z.string(), message: z.string(), tip: z.string().nullable() }),
  ),
  skipped: z.array(z.strictObject({ file: z.string(), reason: z.string() })),
})

export type ImportRecord = Readonly<z.infer<typeof importRecord>>
export type ImportedFile = ImportRecord['files'][number]

/** Returns what was assumed or left out, in sentences: of the import, then of its files, each once. */
export function assumptionsOf({ notices, files }: ImportRecord): string[] {
  const found = new Map<string, string[]>()
  for (const { file, notices: own } of files)
    for (const notice of own) found.set(notice, [...(found.get(notice) ?? []), file])
  const ofFiles = [...found].map(
    ([notice, of]) => `${of.length === 1 ? of.join() : `${of.length} files`}: ${notice}`,
  )
  return [...notices, ...ofFiles]
}

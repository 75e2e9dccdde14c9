import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { fillOutline, fillRuns } from '../../core/math/outlines.ts'
import type { Sources } from './find-sources.ts'
import { jsonOf } from './labels/coco.ts'
import { sourceFinder } from './labels/label-source.ts'
import { MaskTable, type ImportMasks, type MaskedImage, type MaskPicture } from './mask-table.ts'

const id = z.union([z.number(), z.string()])

/** Polygons [x, y, x, y, …], or runs of what is outside and inside in turn, column by column. */
const segmentation = z.union([
  z.array(z.array(z.number()).min(6)).min(1),
  z.object({ size: z.tuple([z.int(), z.int()]), counts: z.array(z.int().min(0)) }),
])

/** What is read of COCO's format for the segmentation of objects (cocodataset.org/#format-data). */
const coco = z.object({
  images: z.array(z.object({ id, file_name: z.string() })),
  annotations: z.array(
    z.object({ image_id: id, category_id: z.number(), segmentation: segmentation.optional() }),
  ),
  categories: z.array(z.object({ id: z.number(), name: z.string() })),
})
type Coco = z.output<typeof coco>

interface Outline {
  /** Class index, from 1. */
  readonly index: number
  readonly of: z.output<typeof segmentation>
}

/**
 * Opens COCO's JSON whose annotations have outlines, as masks: class n is the n-th category by its id, 0 what
 * no outline holds. @throws RadversaryError labels-invalid where there are none; io-failed.
 */
export async function openOutlines(path: string, sources: Sources): Promise<ImportMasks> {
  const bytes = await readBytes({ path })
  const parsed = coco.safeParse(jsonOf(new TextDecoder().decode(bytes)))
  const outlines = parsed.success ? outlinesOf(parsed.data, sources) : new Map<string, Outline[]>()
  if (!parsed.success || outlines.size === 0) throw noOutlines(path)
  const names = categoriesById(parsed.data).map(({ name }, n) => `${n + 1} ${name}`)
  const table = new MaskTable()
  return {
    sources,
    table,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    of: (image) => Promise.resolve(maskOf(image, outlines.get(image.source), { table, file: path })),
    notices: () => [
      `Outlines became masks of the pixels whose middle they hold, the later one where several do: 0 background, ${names.join(', ')}.`,
    ],
  }
}

function categoriesById({ categories }: Coco) {
  return [...categories].sort((a, b) => a.id - b.id)
}

/** The outlines of each image that was found, none for one without. */
function outlinesOf(file: Coco, { images }: Sources): Map<string, Outline[]> {
  const find = sourceFinder(images)
  const sourceOf = new Map(file.images.map((image) => [String(image.id), find(image.file_name)]))
  const indexOf = new Map(categoriesById(file).map((category, n) => [category.id, n + 1]))
  const found = new Map<string, Outline[]>()
  for (const { image_id, category_id, segmentation: of } of file.annotations) {
    const [source, index] = [sourceOf.get(String(image_id)), indexOf.get(category_id)]
    if (source === undefined || index === undefined || of === undefined) continue
    found.set(source, [...(found.get(source) ?? []), { index, of }])
  }
  if (found.size > 0)
    for (const source of sourceOf.values())
      if (source !== undefined && !found.has(source)) found.set(source, [])
  return found
}

function maskOf(
  image: MaskedImage,
  outlines: readonly Outline[] | undefined,
  { table, file }: { readonly table: MaskTable; readonly file: string },
): MaskPicture | undefined {
  if (outlines === undefined) return undefined
  const { rows, columns } = image.read
  const mask = new Uint16Array(rows * columns)
  for (const { index, of } of outlines) {
    if (Array.isArray(of)) for (const polygon of of) fillOutline(mask, columns, polygon, index)
    else if (of.size.join() === [rows, columns].join()) fillRuns(mask, rows, of.counts, index)
    else throw otherSize(image, of.size, file)
  }
  return table.picture(image, mask.some((value) => value > 255) ? mask : Uint8Array.from(mask), image.read)
}

function otherSize({ source, read }: MaskedImage, size: readonly number[], file: string): RadversaryError {
  return new RadversaryError(
    'labels-invalid',
    `Mask: expected ${read.rows} x ${read.columns} pixels of ${source}, got ${size.join(' x ')} in ${file}`,
    { file: source, tip: 'Give outlines on the image that is imported, not on a resized one.' },
  )
}

function noOutlines(file: string): RadversaryError {
  return new RadversaryError(
    'labels-invalid',
    'Masks: expected COCO’s JSON with outlines of the images, got others',
    {
      file,
      tip: 'Its annotations need "segmentation": polygons, or runs that are not packed, and its images the names of the files.',
    },
  )
}

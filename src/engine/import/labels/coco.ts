import { z } from 'zod'
import type { SourceFile } from '../find-sources.ts'
import { sourceFinder, type LabelBox, type LabelSource } from './label-source.ts'

/** What is read of COCO's format for the detection of objects (cocodataset.org/#format-data). */
const coco = z.object({
  images: z.array(z.object({ id: z.union([z.number(), z.string()]), file_name: z.string() })),
  annotations: z.array(
    z.object({
      image_id: z.union([z.number(), z.string()]),
      category_id: z.number(),
      /** x, y, width, height in pixels, from the image's upper left corner. */
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    }),
  ),
  categories: z.array(z.object({ id: z.number(), name: z.string() })),
})

/** Boxes of COCO's JSON; undefined where a JSON file is none. Outlines are masks (`openOutlines`). */
export function labelsOfCoco(
  { file, text }: { readonly file: string; readonly text: string },
  images: readonly Pick<SourceFile, 'name'>[],
): LabelSource | undefined {
  const parsed = coco.safeParse(jsonOf(text))
  if (!parsed.success) return undefined
  const find = sourceFinder(images)
  const sources = new Map(parsed.data.images.map(({ id, file_name }) => [String(id), find(file_name)]))
  const names = new Map(parsed.data.categories.map(({ id, name }) => [id, name]))
  const boxes = new Map<string, LabelBox[]>(
    [...sources.values()].flatMap((source) => (source === undefined ? [] : [[source, []]])),
  )
  for (const {
    image_id,
    category_id,
    bbox: [x, y, width, height],
  } of parsed.data.annotations) {
    const source = sources.get(String(image_id))
    const name = names.get(category_id) ?? String(category_id)
    if (source !== undefined)
      boxes.get(source)?.push({ class: name, x0: x, y0: y, x1: x + width, y1: y + height })
  }
  const unknown = [...sources.values()].filter((source) => source === undefined).length
  return {
    kind: 'boxes',
    from: `${file} (COCO)`,
    notices: unknown === 0 ? [] : [`${unknown} images of ${file} are none of those imported.`],
    of: ({ source }) => {
      const own = boxes.get(source)
      return own && { kind: 'boxes', boxes: own }
    },
  }
}

/** Undefined of text that is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { readBytes } from '../../../adapters/fs/read-file.ts'
import { csv } from '../../../core/evaluate/csv.ts'
import { RadversaryError } from '../../../core/errors.ts'
import type { ImportRecord } from '../import-record.ts'
import type { Sources } from '../find-sources.ts'
import { labelsOfCoco } from './coco.ts'
import { labelsOfCsv } from './label-csv.ts'
import type { LabelledImage, LabelSource } from './label-source.ts'
import { labelsOfYolo } from './yolo.ts'

export type { LabelledImage } from './label-source.ts'

/** Labels of an import, and the hash of the files that say them. */
export interface ChosenLabels {
  readonly source: LabelSource | undefined
  readonly sha256: string | undefined
  readonly notices: readonly string[]
}

/**
 * The labels that were named or, of what lies among the images, the first of: a CSV, COCO's JSON, YOLO's
 * texts, folders that are classes.
 * @throws RadversaryError labels-invalid for a file that was named and says nothing of the images; io-failed.
 */
export async function chooseLabels(given: string | undefined, sources: Sources): Promise<ChosenLabels> {
  const named = given === undefined ? sources.tables : [{ path: given, name: basename(given) }]
  const texts = await Promise.all(
    named.map(async (file) => ({ ...file, text: new TextDecoder().decode(await readBytes(file)) })),
  )
  const found = texts.flatMap((each) => ofTable(each, sources, given !== undefined) ?? [])
  const [first, ...others] = found
  if (given !== undefined && first === undefined) throw noneNamed(given)
  const source = first?.source ?? labelsOfYolo(texts, sources.images) ?? classFolders(sources)
  const used = first === undefined ? texts : [first]
  const ignored = others.map(
    (other) => `${other.name} may hold labels as well; name it with --labels to take them.`,
  )
  return {
    source,
    sha256:
      source === undefined
        ? undefined
        : createHash('sha256')
            .update(JSON.stringify(used.map(({ text }) => text)))
            .digest('hex'),
    notices: [...(source?.notices ?? []), ...ignored],
  }
}

interface Text {
  readonly path: string
  readonly name: string
  readonly text: string
}

function ofTable(
  file: Text,
  { images }: Sources,
  isGiven: boolean,
): (Text & { readonly source: LabelSource }) | undefined {
  const end = extname(file.name).toLowerCase()
  const read = { '.csv': labelsOfCsv, '.json': labelsOfCoco }[end]
  try {
    const source = read?.({ file: file.name, text: file.text }, images)
    return source && { ...file, source }
  } catch (error) {
    // A table that merely lies there may be about something else.
    if (isGiven || !(error instanceof RadversaryError)) throw error
    return undefined
  }
}

/** The folder that each image lies in, where there are several of them. */
function classFolders({ images }: Sources): LabelSource | undefined {
  const classOf = (name: string) => name.split('/').at(-2)
  const classes = new Set(images.map(({ name }) => classOf(name)))
  if (classes.size < 2 || classes.has(undefined)) return undefined
  return {
    kind: 'classes',
    from: `folders as classes (${[...classes].slice(0, 20).join(', ')})`,
    notices: [],
    of: ({ source }) => ({ kind: 'classes', label: classOf(source) ?? '' }),
  }
}

function noneNamed(file: string): RadversaryError {
  return new RadversaryError(
    'labels-invalid',
    "labels: expected a file that names the images, got one that doesn't",
    {
      file,
      tip: 'Give a CSV with a column of the images’ file names and one called "label", or COCO’s JSON.',
    },
  )
}

/** The labels file in the form that `--labels` takes; undefined where there are no labels. */
export function labelsCsv({ source }: ChosenLabels, images: readonly LabelledImage[]) {
  const isOwn = images.some(({ ownLabel }) => ownLabel !== undefined)
  const rows = images.map((image) => rowsOf(image, source))
  const labelled = rows.filter((own) => own.length > 0).length
  if (labelled === 0) return undefined
  const kind = isOwn || source === undefined ? 'classes' : source.kind
  const columns = kind === 'classes' ? ['label'] : ['class', 'x0', 'y0', 'x1', 'y1']
  const summary: ImportRecord['labels'] = {
    path: 'labels.csv',
    kind,
    images: labelled,
    from: isOwn ? 'the archive' : (source?.from ?? ''),
  }
  const missing = images.length - labelled
  return {
    text: csv([['file', 'SOPInstanceUID', ...columns], ...rows.flat()]),
    summary,
    notices: missing === 0 ? [] : [`${missing} of ${images.length} images have no label.`],
  }
}

function rowsOf(image: LabelledImage, source: LabelSource | undefined): string[][] {
  const name = [image.path, image.sopInstanceUid]
  if (image.ownLabel !== undefined) return [[...name, image.ownLabel]]
  const label = source?.of(image)
  if (label === undefined) return []
  if (label.kind === 'classes') return [[...name, label.label]]
  if (label.boxes.length === 0) return [[...name, '', '', '', '', '']]
  return label.boxes.map((box) => [...name, box.class, ...[box.x0, box.y0, box.x1, box.y1].map(pixels)])
}

/** Thousandths of a pixel are enough for an edge. */
function pixels(edge: number): string {
  return String(Number(edge.toFixed(3)))
}

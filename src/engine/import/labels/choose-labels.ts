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

/** What may say the labels of an import, and the hash of the files that do. */
export interface ChosenLabels {
  /** In order of precedence: the first that says anything of an image is taken. */
  readonly sources: readonly LabelSource[]
  readonly sha256: string
  readonly notices: readonly string[]
}

/**
 * Finds the labels that were named or, of what lies among the images, in this order: a CSV or COCO's JSON,
 * YOLO's texts, labels of archives, folders that are classes.
 * @throws RadversaryError labels-invalid for a file that was named and says nothing of the images; io-failed.
 */
export async function chooseLabels(given: string | undefined, sources: Sources): Promise<ChosenLabels> {
  const texts = await textsOf(given === undefined ? sources.tables : [{ path: given, name: basename(given) }])
  const tables = texts.map((each) => ofTable(each, sources, given !== undefined))
  const [first, ...others] = tables.flatMap(({ source }, n) => (source ? [{ source, text: texts[n] }] : []))
  if (given !== undefined) {
    if (first === undefined) throw noneNamed(given)
    return { sources: [first.source], sha256: hashOf(texts), notices: [] }
  }
  const beside = [labelsOfYolo(texts, sources.images), archives(sources), classFolders(sources)]
  return {
    sources: [first?.source, ...beside].filter((source) => source !== undefined),
    sha256: hashOf(first?.text === undefined ? texts : [first.text]),
    notices: [
      ...tables.flatMap(({ notice }) => notice ?? []),
      ...others.map(
        ({ text }) => `${text?.name ?? ''} may hold labels as well; name it with --labels to take them.`,
      ),
    ],
  }
}

interface Text {
  readonly name: string
  readonly text: string
}

/** One after the other: a folder may hold more texts than a process may open files. */
async function textsOf(files: Sources['tables']): Promise<Text[]> {
  const texts: Text[] = []
  for (const { path, name } of files) texts.push({ name, text: textIn(await readBytes({ path })) })
  return texts
}

/** UTF-8 or, where it is none, Windows' Latin letters. */
function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function hashOf(texts: readonly Text[]): string {
  return createHash('sha256')
    .update(JSON.stringify(texts.map(({ text }) => text)))
    .digest('hex')
}

/** What a table says of the images; where it names them and can't be read, why. */
function ofTable(
  { name, text }: Text,
  { images }: Sources,
  isGiven: boolean,
): { readonly source?: LabelSource | undefined; readonly notice?: string } {
  const read = { '.csv': labelsOfCsv, '.json': labelsOfCoco }[extname(name).toLowerCase()]
  try {
    return { source: read?.({ file: name, text }, images) }
  } catch (error) {
    // A table that merely lies there may be about something else.
    if (isGiven || !(error instanceof RadversaryError)) throw error
    return { notice: `${name} was not taken for labels: ${error.message}` }
  }
}

/** The labels that came with pixels, in archives of arrays. */
function archives({ images }: Sources): LabelSource | undefined {
  if (!images.some(({ format }) => format === 'npz')) return undefined
  return {
    kind: 'classes',
    from: 'the archive',
    notices: [],
    of: ({ ownLabel }) => (ownLabel === undefined ? undefined : { kind: 'classes', label: ownLabel }),
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
export function labelsCsv(sources: readonly LabelSource[], images: readonly LabelledImage[]) {
  const source = sources.find((each) => images.some((image) => each.of(image) !== undefined))
  if (source === undefined) return undefined
  const rows = images.map((image) => rowsOf(image, source))
  const labelled = rows.filter((own) => own.length > 0).length
  const columns = source.kind === 'classes' ? ['label'] : ['class', 'x0', 'y0', 'x1', 'y1']
  const { kind, from } = source
  const summary: ImportRecord['labels'] = { path: 'labels.csv', kind, images: labelled, from }
  const missing = images.length - labelled
  const unlabelled = missing === 0 ? [] : [`${missing} of ${images.length} images have no label.`]
  return {
    text: csv([['file', 'SOPInstanceUID', ...columns], ...rows.flat()]),
    summary,
    notices: [...source.notices, ...unlabelled],
  }
}

function rowsOf(image: LabelledImage, source: LabelSource): string[][] {
  const name = [image.path, image.sopInstanceUid]
  const label = source.of(image)
  if (label === undefined) return []
  if (label.kind === 'classes') return [[...name, label.label]]
  if (label.boxes.length === 0) return [[...name, '', '', '', '', '']]
  return label.boxes.map((box) => [...name, box.class, ...[box.x0, box.y0, box.x1, box.y1].map(pixels)])
}

/** Thousandths of a pixel are enough for an edge. */
function pixels(edge: number): string {
  return String(Number(edge.toFixed(3)))
}

import type { SourceFile } from '../find-sources.ts'
import { stemOf } from '../output-names.ts'
import type { LabelBox, LabelSource, LabelledImage } from './label-source.ts'

interface TextFile {
  readonly name: string
  readonly text: string
}

/** A class index, then the middle and the size of a box in parts of the image. */
const line = /^\d+(\s+[\d.]+(e-?\d+)?){4}$/

/**
 * Boxes of YOLO's texts: one for each image, beside it or in a folder `labels` in place of `images`; names of
 * classes of `data.yaml`, `classes.txt` or `obj.names`. Undefined where no text is one.
 */
export function labelsOfYolo(
  texts: readonly TextFile[],
  images: readonly Pick<SourceFile, 'name'>[],
): LabelSource | undefined {
  const byName = new Map(texts.map((file) => [file.name, file.text]))
  const own = new Map<string, string>()
  for (const { name } of images) {
    const beside = `${stemOf(name)}.txt`
    const text = byName.get(beside) ?? byName.get(beside.replace(/(^|\/)images\//, '$1labels/'))
    if (text !== undefined && isYolo(text)) own.set(name, text)
  }
  if (own.size === 0) return undefined
  const names = texts
    .flatMap(({ name, text }) => (isNames(name) ? [namesIn(text)] : []))
    .find((each) => each.length > 0)
  return {
    kind: 'boxes',
    from: `${own.size} text files (YOLO)`,
    notices:
      names === undefined ? ['No data.yaml, classes.txt or obj.names: classes of boxes are numbers.'] : [],
    of: (image) => {
      const text = own.get(image.source)
      return text === undefined ? undefined : { kind: 'boxes', boxes: boxesIn(text, image, names ?? []) }
    },
  }
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

function isYolo(text: string): boolean {
  return linesOf(text).every((each) => line.test(each))
}

function isNames(name: string): boolean {
  return /(^|\/)(data\.ya?ml|dataset\.ya?ml|classes\.txt|obj\.names)$/.test(name)
}

/** A name a line; of YAML those of `names`, in one line, as a list or with their numbers. */
function namesIn(text: string): string[] {
  const start = /^names:(.*)$/m.exec(text)
  if (start === null) return text.includes(':') ? [] : linesOf(text)
  const inline = /\[([^\]]*)\]/.exec(start[1] ?? '')
  if (inline !== null) return (inline[1] ?? '').split(',').map(unquoted)
  const rest = text
    .slice(start.index + start[0].length)
    .split(/\r?\n/)
    .slice(1)
  const end = rest.findIndex((each) => /^\S/.test(each) && !each.startsWith('-'))
  return (end < 0 ? rest : rest.slice(0, end))
    .map((each) => unquoted(each.replace(/^\s*(-|\d+:)\s*/, '')))
    .filter((each) => each !== '')
}

function unquoted(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, '$2')
}

function boxesIn(text: string, { rows, columns }: LabelledImage, names: readonly string[]): LabelBox[] {
  return linesOf(text).map((each) => {
    const [index = 0, x = NaN, y = NaN, width = NaN, height = NaN] = each.split(/\s+/).map(Number)
    return {
      class: names[index] ?? String(index),
      x0: (x - width / 2) * columns,
      y0: (y - height / 2) * rows,
      x1: (x + width / 2) * columns,
      y1: (y + height / 2) * rows,
    }
  })
}

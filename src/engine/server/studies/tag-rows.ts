import { elements as dictionary } from '@iwharris/dicom-data-dictionary'
import type { DataSet, Element } from 'dicom-parser'
import { binaryNumbers, itemsOf, textOf } from '../../../core/dicom/attributes.ts'
import type { Instance } from '../../../core/dicom/instance.ts'

/** One element of an instance as a line of the tag browser. */
export interface TagRow {
  /** '0010,0010'; empty for an item of a sequence. */
  readonly tag: string
  /** PS3.6; empty for private elements. */
  readonly keyword: string
  /** As written or, where the transfer syntax doesn't write it, as PS3.6 has it. */
  readonly vr: string
  /** Decoded with the instance's character set; long and binary ones shortened. */
  readonly value: string
  /** 0 for the instance's own elements, more inside sequences. */
  readonly depth: number
}

const longest = 1000
const mostNumbers = 32

const binary = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN', 'SV', 'UV'])

/** Every element up to the pixel data, sequences item by item, in the order of their tags. */
export function tagRows({ dataSet, transferSyntaxUid }: Instance): TagRow[] {
  const syntax = {
    tag: '0002,0010',
    keyword: 'TransferSyntaxUID',
    vr: 'UI',
    value: transferSyntaxUid,
    depth: 0,
  }
  return [syntax, ...rowsOf(dataSet, 0, textOf(dataSet, 'x00080005'))]
}

function rowsOf(dataSet: DataSet, depth: number, characterSet: string | undefined): TagRow[] {
  return Object.keys(dataSet.elements)
    .sort()
    .flatMap((tag) => {
      const element = dataSet.elements[tag]
      return element === undefined ? [] : elementRows(dataSet, element, depth, characterSet)
    })
}

function elementRows(
  dataSet: DataSet,
  element: Element,
  depth: number,
  characterSet: string | undefined,
): TagRow[] {
  const tag = `${element.tag.slice(1, 5)},${element.tag.slice(5)}`.toUpperCase()
  const { keyword = '', vr: usual = '' } = dictionary[`(${tag})`] ?? {}
  const vr = element.vr ?? /^[A-Z]{2}/.exec(usual)?.[0] ?? 'UN'
  if (element.items === undefined)
    return [{ tag, keyword, vr, value: valueText(dataSet, element, vr, characterSet), depth }]
  const items = itemsOf(dataSet, element.tag)
  const own = items.flatMap((item, index) => [
    { tag: '', keyword: 'Item', vr: '', value: String(index + 1), depth: depth + 1 },
    ...rowsOf(item, depth + 2, textOf(item, 'x00080005') ?? characterSet),
  ])
  return [
    { tag, keyword, vr: 'SQ', value: items.length === 1 ? '1 item' : `${items.length} items`, depth },
    ...own,
  ]
}

function valueText(dataSet: DataSet, element: Element, vr: string, characterSet: string | undefined): string {
  const number = binaryNumbers[vr]
  if (number !== undefined) return numbersText(dataSet, element, number)
  if (element.tag === 'x7fe00010' || binary.has(vr)) return `${element.length} bytes`
  if (vr === 'AT') return tagsText(dataSet, element)
  return shortened(textOf(dataSet, element.tag, characterSet) ?? '')
}

function numbersText(
  dataSet: DataSet,
  { tag, length }: Element,
  [bytes, read]: (typeof binaryNumbers)[string],
): string {
  const count = Math.floor(length / bytes)
  const values = Array.from({ length: Math.min(count, mostNumbers) }, (_, index) =>
    String(read(dataSet, tag, index)),
  )
  return values.join('\\') + (count > mostNumbers ? `\\… (${count} values)` : '')
}

function tagsText(dataSet: DataSet, { tag, length }: Element): string {
  const word = (index: number) =>
    (dataSet.uint16(tag, index) ?? 0).toString(16).padStart(4, '0').toUpperCase()
  return Array.from(
    { length: Math.min(Math.floor(length / 4), mostNumbers) },
    (_, i) => `${word(2 * i)},${word(2 * i + 1)}`,
  ).join('\\')
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text
}

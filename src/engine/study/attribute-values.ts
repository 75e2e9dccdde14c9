import { elements as dictionary } from '@iwharris/dicom-data-dictionary'
import type { DataSet } from 'dicom-parser'
import { binaryNumbers, bytesOf, decimalsOf, textOf } from '../../core/dicom/attributes.ts'
import { functionalGroup } from '../../core/dicom/attributes.ts'
import type { Instance } from '../../core/dicom/instance.ts'

/** What an attribute holds: numbers, or texts where its values are no numbers. */
export type AttributeValues = readonly (number | string)[]

interface Attribute {
  /** dicom-parser's, 'x00101010'. */
  readonly tag: string
  readonly vr: string
}

/** An attribute of PS3.6 by its keyword; undefined where there is none. */
export function attributeOf(keyword: string): Attribute | undefined {
  const found = Object.entries(dictionary).find(([, element]) => element.keyword === keyword)
  return found && { tag: `x${found[0].replace(/\W/g, '').toLowerCase()}`, vr: found[1].vr }
}

/** Pixel Measures (PS3.3 C.7.6.16.2.1) hold spacing and thickness of enhanced multi-frame images. */
const pixelMeasures = 'x00289110'

/** Values of a frame's attribute, ages in years; undefined where it is absent or empty. */
export function attributeValues(
  { dataSet }: Instance,
  { tag, vr }: Attribute,
  frameIndex: number,
): AttributeValues | undefined {
  const measures = functionalGroup(dataSet, frameIndex, pixelMeasures)
  const [found] = [dataSet, measures].flatMap((part) => (part?.elements[tag] === undefined ? [] : [part]))
  const values = found === undefined ? [] : valuesOf(found, tag, vr)
  return values.length === 0 ? undefined : values
}

function valuesOf(dataSet: DataSet, tag: string, vr: string): (number | string)[] {
  if (vr === 'DS' || vr === 'IS') return numbersIn(decimalsOf(dataSet, tag))
  const [bytes, read] = binaryNumbers[vr] ?? []
  if (bytes !== undefined && read !== undefined)
    return numbersIn(Array.from({ length: countOf(dataSet, tag, bytes) }, (_, n) => read(dataSet, tag, n)))
  const texts = (textOf(dataSet, tag)?.split('\\') ?? []).map((text) => text.trim())
  return vr === 'AS' ? numbersIn(texts.map(yearsOf)) : texts.filter((text) => text !== '')
}

function countOf(dataSet: DataSet, tag: string, bytes: number): number {
  return Math.floor(bytesOf(dataSet, tag) / bytes)
}

/** All of them, or none: a value that is no number is missing. */
function numbersIn(values: readonly (number | undefined)[]): number[] {
  const found = values.filter((value) => value !== undefined)
  return found.length === values.length ? found : []
}

/** Parts of a year by the letter of an age (PS3.5 section 6.2, AS). */
const unitsInYear: Readonly<Record<string, number>> = { Y: 1, M: 12, W: 365.25 / 7, D: 365.25 }

/** '045Y' is 45, '018M' 1.5. */
function yearsOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,3})([YMWD])$/.exec(text) ?? []
  const units = unitsInYear[unit ?? '']
  return count === undefined || units === undefined ? undefined : Number(count) / units
}

import type { DataSet } from 'dicom-parser'
import {
  bytesOf,
  decimalOf,
  functionalGroup,
  itemOf,
  textOf,
  unsigned32Of,
  unsignedOf,
} from './attributes.ts'

/** In what images at one place may differ, besides their pixels. */
export interface Dimension {
  readonly name: string
  readonly unit?: string
  /**
   * Whether other values are other stacks even where no two images lie at one place. Times and acquisitions
   * may also change within a stack.
   */
  readonly isOfStacks?: true
  /** Values that are named by their rank: times of day, which say too much of a patient, and directions. */
  readonly isToldByRank?: true
  readonly sources: readonly Source[]
}

/** An element, of the data set or of a functional group (PS3.3 C.7.6.16) of a frame. */
interface Source {
  readonly group?: string
  /** A sequence of one item in the group. */
  readonly item?: string
  readonly tag: string
  readonly type: 'decimal' | 'text' | 'uint16' | 'uint32' | 'double'
}

/** What an image or frame says of each dimension, by the dimension's name. */
export type DimensionValues = Readonly<Record<string, number | string>>

const frameContent = 'x00209111'

/** The dimensions of series and of multi-frame images, in the order in which they are tried. */
export const stackDimensions: readonly Dimension[] = [
  { name: 'stack', isOfStacks: true, sources: [{ group: frameContent, tag: 'x00209056', type: 'text' }] },
  {
    name: 'temporal position',
    isOfStacks: true,
    sources: [
      { group: frameContent, tag: 'x00209128', type: 'uint32' },
      { tag: 'x00209128', type: 'uint32' },
      { tag: 'x00200100', type: 'decimal' },
      { group: 'x00209310', tag: 'x0020930d', type: 'double' },
    ],
  },
  {
    name: 'trigger time',
    unit: 'ms',
    sources: [
      { group: 'x00189118', tag: 'x00209153', type: 'double' },
      { tag: 'x00181060', type: 'decimal' },
    ],
  },
  {
    name: 'cardiac phase',
    unit: '%',
    sources: [
      { group: 'x00189118', tag: 'x00209241', type: 'double' },
      { tag: 'x00209241', type: 'double' },
    ],
  },
  {
    name: 'respiratory phase',
    unit: '%',
    sources: [
      { group: 'x00209253', tag: 'x00209245', type: 'double' },
      { tag: 'x00209245', type: 'double' },
    ],
  },
  { name: 'echo', isOfStacks: true, sources: [{ tag: 'x00180086', type: 'decimal' }] },
  {
    name: 'echo time',
    unit: 'ms',
    isOfStacks: true,
    sources: [
      { group: 'x00189114', tag: 'x00189082', type: 'double' },
      { tag: 'x00180081', type: 'decimal' },
    ],
  },
  { name: 'inversion time', unit: 'ms', sources: [{ tag: 'x00180082', type: 'decimal' }] },
  { name: 'flip angle', unit: '°', sources: [{ tag: 'x00181314', type: 'decimal' }] },
  {
    name: 'b-value',
    unit: 's/mm²',
    isOfStacks: true,
    sources: [
      { group: 'x00189117', tag: 'x00189087', type: 'double' },
      { tag: 'x00189087', type: 'double' },
      // Siemens, before Enhanced MR.
      { tag: 'x0019100c', type: 'decimal' },
    ],
  },
  {
    name: 'gradient direction',
    isToldByRank: true,
    sources: [
      { group: 'x00189117', item: 'x00189076', tag: 'x00189089', type: 'double' },
      { tag: 'x00189089', type: 'double' },
    ],
  },
  {
    name: 'frame reference time',
    unit: 'ms',
    sources: [{ tag: 'x00541300', type: 'decimal' }],
  },
  {
    name: 'acquisition',
    sources: [
      { group: frameContent, tag: 'x00209156', type: 'uint16' },
      { tag: 'x00200012', type: 'decimal' },
    ],
  },
  {
    name: 'image type',
    sources: [
      { group: 'x00189226', tag: 'x00089007', type: 'text' },
      { group: 'x00189329', tag: 'x00089007', type: 'text' },
      { tag: 'x00080008', type: 'text' },
    ],
  },
  { name: 'reconstruction kernel', sources: [{ tag: 'x00181210', type: 'text' }] },
  {
    name: 'acquisition time',
    isToldByRank: true,
    sources: [
      { group: frameContent, tag: 'x00189074', type: 'text' },
      { tag: 'x00080032', type: 'decimal' },
    ],
  },
  { name: 'content time', isToldByRank: true, sources: [{ tag: 'x00080033', type: 'decimal' }] },
]

/** What a frame says of each dimension, from 0; those that it does not have are absent. */
export function dimensionValues(dataSet: DataSet, frameIndex: number): DimensionValues {
  const values: Record<string, number | string> = {}
  for (const { name, sources } of stackDimensions) {
    const value = firstValue(dataSet, frameIndex, sources)
    if (value !== undefined) values[name] = value
  }
  return values
}

function firstValue(dataSet: DataSet, frameIndex: number, sources: readonly Source[]) {
  for (const source of sources) {
    const holder = source.group === undefined ? dataSet : functionalGroup(dataSet, frameIndex, source.group)
    const inner = source.item === undefined ? holder : itemOf(holder, source.item)
    const value = inner && valueOf(inner, source)
    if (value !== undefined) return value
  }
  return undefined
}

function valueOf(dataSet: DataSet, { tag, type }: Source): number | string | undefined {
  if (type === 'decimal') return decimalOf(dataSet, tag)
  if (type === 'text') return textOf(dataSet, tag)
  if (type === 'uint16') return unsignedOf(dataSet, tag)
  if (type === 'uint32') return unsigned32Of(dataSet, tag)
  const doubles = Array.from({ length: bytesOf(dataSet, tag) >> 3 }, (_, index) => dataSet.double(tag, index))
  return doubles.length > 1 ? doubles.join(' ') : doubles[0]
}

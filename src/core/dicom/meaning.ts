import type { DataSet } from 'dicom-parser'
import { RadversaryError } from '../errors.ts'
import {
  decimalOf,
  decimalsOf,
  functionalGroup,
  holdsNoNumber,
  itemOf,
  textOf,
  unsignedOf,
} from './attributes.ts'
import { unreadable } from './data-set.ts'
import type { ModalityTransform, PixelMeaning, PixelPadding, VoiWindow } from './image.ts'
import type { Instance } from './instance.ts'
import { modalityFunction, readLookupTable } from './lookup-tables.ts'

interface NumericAttribute {
  readonly tag: string
  readonly name: string
}

/** What modality values are computed with, where there is no table. */
export const rescaleAttributes = {
  slope: { tag: 'x00281053', name: 'Rescale Slope (0028,1053)' },
  intercept: { tag: 'x00281052', name: 'Rescale Intercept (0028,1052)' },
  doseGridScaling: { tag: 'x3004000e', name: 'Dose Grid Scaling (3004,000E)' },
} as const satisfies Record<string, NumericAttribute>

const lutTags = { descriptor: 'x00283002', data: 'x00283006' } as const

/**
 * Colours mean themselves: modality LUT, windows and padding are for monochrome images only (PS3.3 C.11.1,
 * C.11.2, C.7.5.1.1.2).
 */
const colourMeaning: PixelMeaning = {
  modality: { kind: 'linear', slope: 1, intercept: 0, unit: 'US' },
  windows: [],
  voiTable: undefined,
  padding: undefined,
}

/**
 * What the stored values of a frame mean. What is absent is left out (slope 1, no window, no padding);
 * `imageNotices` names what is there and can't be used.
 * @throws RadversaryError dicom-unreadable where the values can't be had: a rescale or dose scaling that is
 * no number, a modality table that is not whole.
 */
export function pixelMeaning(instance: Instance, frameIndex: number): PixelMeaning {
  if (instance.photometricInterpretation?.startsWith('MONOCHROME') !== true) return colourMeaning
  const modality = modalityTransform(instance, frameIndex)
  const voi = functionalGroup(instance.dataSet, frameIndex, 'x00289132') ?? instance.dataSet
  const windows = voiWindows(voi, instance.dataSet)
  return {
    modality,
    windows,
    voiTable: windows.every((window) => window === undefined) ? voiTable(instance, modality) : undefined,
    padding: pixelPadding(instance),
  }
}

/** PS3.3 C.11.1, or the frame's Pixel Value Transformation (C.7.6.16.2.9). */
function modalityTransform(instance: Instance, frameIndex: number): ModalityTransform {
  const transformation = functionalGroup(instance.dataSet, frameIndex, 'x00289145') ?? instance.dataSet
  return modalityTable(instance) ?? doseScaling(instance) ?? rescale(instance, transformation)
}

function modalityTable(instance: Instance): ModalityTransform | undefined {
  const item = itemOf(instance.dataSet, 'x00283000')
  const table = item && readLookupTable(item, lutTags, instance.pixelRepresentation === 1)
  if (item === undefined) return undefined
  if (table === undefined)
    throw unreadable('Modality LUT Sequence', 'a table with all its entries', 'fewer', instance.file)
  return {
    kind: 'table',
    firstStoredValue: table.first,
    table: table.entries,
    unit: textOf(item, 'x00283004') ?? 'US',
  }
}

/** Dose of an RT Dose (PS3.3 C.8.8.3): stored value · Dose Grid Scaling, in Dose Units. */
function doseScaling(instance: Instance): ModalityTransform | undefined {
  if (instance.modality !== 'RTDOSE') return undefined
  const slope = numberOf(instance, instance.dataSet, rescaleAttributes.doseGridScaling)
  if (slope === undefined || slope === 0) return undefined
  return { kind: 'linear', slope, intercept: 0, unit: textOf(instance.dataSet, 'x30040002') ?? 'US' }
}

/** A number that values are computed with: to do without one that can't be read would be a wrong number. */
function numberOf({ file }: Instance, source: DataSet, { tag, name }: NumericAttribute): number | undefined {
  if (!holdsNoNumber(source, tag)) return decimalOf(source, tag)
  throw new RadversaryError('dicom-unreadable', `${name}: expected a number, got something else`, {
    file,
    tip: 'Write it as DICOM has numbers, such as -1024.5 with a point, and open the file again.',
  })
}

function rescale(instance: Instance, source: DataSet): ModalityTransform {
  const slope = numberOf(instance, source, rescaleAttributes.slope)
  const intercept = numberOf(instance, source, rescaleAttributes.intercept) ?? 0
  const unit = unitOf(instance, textOf(source, 'x00281054'), slope !== undefined)
  return { kind: 'linear', slope: slope === undefined || slope === 0 ? 1 : slope, intercept, unit }
}

/**
 * Unit of the rescaled value. Where Rescale Type is absent or unspecified (US), PET's Units give it (PS3.3
 * C.8.9.1); where it is absent, CT images are in HU (PS3.3 C.8.2.1.1.2).
 */
function unitOf(
  { modality, dataSet }: Instance,
  rescaleType: string | undefined,
  isRescaled: boolean,
): string {
  if (rescaleType !== undefined && rescaleType !== 'US') return rescaleType
  if (modality === 'PT') return textOf(dataSet, 'x00541001') ?? 'US'
  return rescaleType ?? (modality === 'CT' && isRescaled ? 'HU' : 'US')
}

/** PS3.3 C.11.2: a center needs a width, and a width must be positive. Each window stays in its place. */
function voiWindows(source: DataSet, root: DataSet): (VoiWindow | undefined)[] {
  const centers = decimalsOf(source, 'x00281050')
  const widths = decimalsOf(source, 'x00281051')
  const explanations = textOf(source, 'x00281055', textOf(root, 'x00080005'))?.split('\\') ?? []
  const shape = windowShape(textOf(source, 'x00281056'))
  return centers.map((center, index) => {
    const width = widths[index]
    if (center === undefined || width === undefined || width <= 0) return undefined
    const window = { center, width, shape, explanation: nonEmpty(explanations[index]) }
    return shape === 'LINEAR' && width < 1 ? { ...window, shape: 'LINEAR_EXACT', madeExact: true } : window
  })
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}

function windowShape(voiLutFunction: string | undefined): VoiWindow['shape'] {
  return voiLutFunction === 'SIGMOID' || voiLutFunction === 'LINEAR_EXACT' ? voiLutFunction : 'LINEAR'
}

/** In implicit syntaxes the first input is signed when the modality's output may be. */
function voiTable(instance: Instance, modality: ModalityTransform): PixelMeaning['voiTable'] {
  const item = itemOf(instance.dataSet, 'x00283010')
  const table =
    item && readLookupTable(item, lutTags, modalityFunction(modality)(lowestStoredValue(instance)) < 0)
  return table && { firstValue: table.first, table: table.entries }
}

function lowestStoredValue({ bitsStored, pixelRepresentation }: Instance): number {
  return pixelRepresentation === 1 ? -(2 ** (bitsStored - 1)) : 0
}

/**
 * PS3.3 C.7.5.1.1.2. Some writers give a negative padding value as unsigned, so the pixel representation
 * decides, not the VR.
 */
export function pixelPadding({ dataSet, pixelRepresentation }: Instance): PixelPadding | undefined {
  const stored = (word: number | undefined) =>
    word !== undefined && pixelRepresentation === 1 ? (word << 16) >> 16 : word
  const value = stored(unsignedOf(dataSet, 'x00280120'))
  if (value === undefined) return undefined
  const limit = stored(unsignedOf(dataSet, 'x00280121')) ?? value
  return { lower: Math.min(value, limit), upper: Math.max(value, limit) }
}

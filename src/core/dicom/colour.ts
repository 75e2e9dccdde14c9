import type { DataSet } from 'dicom-parser'
import { RadversaryError } from '../errors.ts'
import { unsignedOf, unsignedOrSignedOf } from './attributes.ts'
import { unreadable } from './data-set.ts'
import type { StoredValues } from './image.ts'
import { entryCount, lookUp, readLookupTable, wordsOf } from './lookup-tables.ts'

/** What a photometric interpretation asks of the decoder. */
export type ColourModel = 'monochrome' | 'rgb' | 'ybr' | 'palette'

const colourModels: Readonly<
  Record<string, { readonly model: ColourModel; readonly samplesPerPixel: 1 | 3 }>
> = {
  MONOCHROME1: { model: 'monochrome', samplesPerPixel: 1 },
  MONOCHROME2: { model: 'monochrome', samplesPerPixel: 1 },
  'PALETTE COLOR': { model: 'palette', samplesPerPixel: 1 },
  RGB: { model: 'rgb', samplesPerPixel: 3 },
  YBR_FULL: { model: 'ybr', samplesPerPixel: 3 },
  YBR_FULL_422: { model: 'ybr', samplesPerPixel: 3 },
  YBR_ICT: { model: 'ybr', samplesPerPixel: 3 },
  YBR_RCT: { model: 'ybr', samplesPerPixel: 3 },
}

/** The photometric interpretations that `decodeFrame` reads. */
export const readablePhotometricInterpretations: readonly string[] = Object.keys(colourModels)

/**
 * @throws RadversaryError dicom-unsupported, naming the photometric interpretation, for one that we don't
 * read.
 */
export function colourModelOf(
  {
    photometricInterpretation,
    samplesPerPixel,
  }: { readonly photometricInterpretation: string | undefined; readonly samplesPerPixel: number },
  file: string | undefined,
): { readonly model: ColourModel; readonly samplesPerPixel: 1 | 3 } {
  const known = colourModels[photometricInterpretation ?? '']
  if (known?.samplesPerPixel === samplesPerPixel) return known
  throw new RadversaryError(
    'dicom-unsupported',
    `Photometric interpretation ${nameInMessage(photometricInterpretation)}: expected one of ${readablePhotometricInterpretations.join(', ')} ` +
      `with its samples per pixel, got ${samplesPerPixel} samples of this one`,
    { tip: 'Convert the image to RGB or MONOCHROME2 and open that.', file },
  )
}

/** A damaged header may have anything for its photometric interpretation; only what may be one is named. */
export function nameInMessage(photometricInterpretation: string | undefined): string {
  if (photometricInterpretation === undefined) return '(none)'
  return /^[A-Z0-9_ ]{1,16}$/.test(photometricInterpretation) ? photometricInterpretation : '(damaged)'
}

const colours = [
  { name: 'Red', descriptor: 'x00281101', data: 'x00281201', segmented: 'x00281221' },
  { name: 'Green', descriptor: 'x00281102', data: 'x00281202', segmented: 'x00281222' },
  { name: 'Blue', descriptor: 'x00281103', data: 'x00281203', segmented: 'x00281223' },
] as const

interface Channel {
  readonly first: number
  readonly entries: Float64Array
  readonly bits: number
}

/** The red, green and blue tables of PALETTE COLOR (PS3.3 C.7.6.3.1.5 and .6, segmented C.7.9.2). */
export interface Palette {
  readonly channels: readonly Channel[]
  /** 8, or 16 where the entries hold more than their high byte. */
  readonly bits: 8 | 16
}

/** @throws RadversaryError dicom-unreadable when a table is missing or too short. */
export function readPalette(dataSet: DataSet, signedIndex: boolean, file: string | undefined): Palette {
  const channels = colours.map((tags) => {
    const channel = readLookupTable(dataSet, tags, signedIndex) ?? readSegmented(dataSet, tags, signedIndex)
    if (channel === undefined)
      throw unreadable(
        `${tags.name} Palette Color Lookup Table`,
        'a table with all its entries',
        dataSet.elements[tags.data] === undefined && dataSet.elements[tags.segmented] === undefined
          ? 'none'
          : 'fewer, or no descriptor',
        file,
      )
    return channel
  })
  return withFewestBits(channels)
}

/** Stored indices to RGB, pixel-interleaved. */
export function paletteToRgb(indices: StoredValues, { channels, bits }: Palette): Uint8Array | Uint16Array {
  const size = 3 * indices.length
  const rgb = bits === 8 ? new Uint8Array(size) : new Uint16Array(size)
  channels.forEach(({ first, entries }, channel) => {
    indices.forEach((index, pixel) => {
      rgb[3 * pixel + channel] = lookUp(entries, first, index)
    })
  })
  return rgb
}

/**
 * Entries of 16 bits whose low byte is always zero, or always the same as the high one, are 8-bit colours.
 */
function withFewestBits(channels: readonly Channel[]): Palette {
  if (channels.every(({ bits, entries }) => bits <= 8 && entries.every((entry) => entry <= 0xff)))
    return { channels, bits: 8 }
  const holdsOneByte = channels.every(
    ({ entries }) =>
      entries.every((entry) => (entry & 0xff) === 0) ||
      entries.every((entry) => entry >> 8 === (entry & 0xff)),
  )
  if (!holdsOneByte) return { channels, bits: 16 }
  return {
    channels: channels.map((channel) => ({
      ...channel,
      entries: channel.entries.map((entry) => entry >> 8),
    })),
    bits: 8,
  }
}

/** Discrete (0), linear (1) and indirect (2) segments, as words. */
function readSegmented(
  dataSet: DataSet,
  tags: (typeof colours)[number],
  signedIndex: boolean,
): Channel | undefined {
  const element = dataSet.elements[tags.segmented]
  const stored = unsignedOf(dataSet, tags.descriptor)
  const first = unsignedOrSignedOf(dataSet, tags.descriptor, signedIndex, 1)
  if (element === undefined || stored === undefined || first === undefined) return undefined
  const words = wordsOf(dataSet, tags.segmented, element.length >> 1)
  const entries = expandSegments(Array.from(words), entryCount(stored))
  return entries && { first, entries, bits: unsignedOf(dataSet, tags.descriptor, 2) ?? 16 }
}

function expandSegments(words: readonly number[], count: number): Float64Array | undefined {
  const entries: number[] = []
  for (let at = 0; at + 1 < words.length && entries.length < count; at += segmentLength(words, at))
    appendSegment(entries, words, at, count)
  return entries.length === count ? Float64Array.from(entries) : undefined
}

function appendSegment(entries: number[], words: readonly number[], at: number, count: number): void {
  const { opcode, length } = segmentAt(words, at)
  if (opcode === 0) entries.push(...words.slice(at + 2, at + 2 + length))
  if (opcode === 1) appendRamp(entries, length, wordAt(words, at + 2))
  if (opcode !== 2) return
  let target = (wordAt(words, at + 2) + 0x10000 * wordAt(words, at + 3)) / 2
  // The offset is in bytes. Indirect segments may not point to indirect ones, so this goes one level deep.
  for (let segment = 0; segment < length && words[target] !== 2 && entries.length < count; segment++) {
    appendSegment(entries, words, target, count)
    target += segmentLength(words, target)
  }
}

/** Where a ramp starts that no entry comes before. */
const beforeFirstEntry = 0

/** A linear segment ends at its value and begins after the entry before it. */
function appendRamp(entries: number[], length: number, end: number): void {
  const start = entries.at(-1) ?? beforeFirstEntry
  for (let step = 1; step <= length; step++) entries.push(Math.round(start + ((end - start) * step) / length))
}

function segmentLength(words: readonly number[], at: number): number {
  const { opcode, length } = segmentAt(words, at)
  if (opcode === 0) return 2 + length
  return opcode === 1 ? 3 : 4
}

function segmentAt(
  words: readonly number[],
  at: number,
): { readonly opcode: number; readonly length: number } {
  return { opcode: wordAt(words, at), length: wordAt(words, at + 1) }
}

/** A word of the table; 0 past its end, so that one that is cut off has too few entries. */
function wordAt(words: readonly number[], at: number): number {
  return words[at] ?? 0
}

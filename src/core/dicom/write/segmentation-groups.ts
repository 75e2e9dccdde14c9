import { RadversaryError } from '../../errors.ts'
import { type Mask, planeOf } from '../../image/mask.ts'
import { setBits } from '../../math/bytes.ts'
import { type Code, codeItem, codes } from './codes.ts'
import { asciiLetters, canEncode } from './encode-text.ts'
import { type DataElement, longest } from './encode.ts'
import { type InstanceIdentity, studyUidOf } from './exportable.ts'
import {
  derivationImageItem,
  frameGeometries,
  type FrameGeometry,
  hasFunctionalGroups,
} from './functional-groups.ts'
import type { SourceInstance } from './part10.ts'
import type { Equipment } from './provenance.ts'
import { characterSetOf, frameCount, requiredUnsigned, textElement, textValue } from './source-values.ts'
import { frameOfReferenceElements, referencedSeries } from './study-elements.ts'
import { tag } from './tags.ts'
import { deriveUid } from './uids.ts'

/** One class that is written as a segment; numbers count from 1 in the order of the list. */
export interface Segment {
  readonly class: number
  readonly label: string
}

/** One frame of a segmentation: one segment on one frame of the source. */
interface SegmentPlane {
  readonly segmentNumber: number
  /** Number of the source's frame, from 1. */
  readonly frameNumber: number
  /** [rows, columns] of 0 and 1. */
  readonly plane: Uint8Array
}

/**
 * A plane for every segment on every frame of the source, all of the first segment first; also where a
 * segment is nowhere, so that a reader need not guess whether a frame was looked at. Throws `tensor-invalid`
 * for masks of another number or size.
 */
export function segmentPlanes(
  source: SourceInstance,
  masks: readonly Mask[],
  segments: readonly Segment[],
): SegmentPlane[] {
  const [rows, columns] = [
    requiredUnsigned(source, tag.Rows, 'Rows'),
    requiredUnsigned(source, tag.Columns, 'Columns'),
  ]
  const count = frameCount(source)
  const misfit = masks.find((mask) => mask.rows !== rows || mask.columns !== columns)
  if (masks.length !== count || misfit !== undefined)
    throw new RadversaryError(
      'tensor-invalid',
      `Segmentation: expected ${count} masks of ${rows}x${columns}, got ${masks.length} of ${misfit?.rows ?? rows}x${misfit?.columns ?? columns}`,
    )
  return segments.flatMap(({ class: index }, segment) =>
    masks.map((mask, frame) => ({
      segmentNumber: segment + 1,
      frameNumber: frame + 1,
      plane: planeOf(mask, index),
    })),
  )
}

/**
 * Pixel Data of 1 bit a pixel, the first in the lowest bit, frames without gaps between them (PS3.5 section
 * 8.1.1).
 */
export function bitBytes(planes: readonly SegmentPlane[]): Uint8Array {
  const count = planes.reduce((sum, { plane }) => sum + plane.length, 0)
  const bytes = new Uint8Array(Math.ceil(count / 8))
  let at = 0
  for (const { plane } of planes) {
    setBits(bytes, at, plane)
    at += plane.length
  }
  return bytes
}

/** What every segmentation of a series has in common. */
export interface SegmentationSeries extends Equipment {
  /** As in `DerivedSeries`: equal ids give equal bytes. */
  readonly exportId: string
  /** Parts the UIDs of the two series of an export. */
  readonly role: 'masks-before' | 'masks-after'
  readonly seriesNumber: number
  readonly seriesDescription: string
  /**
   * Model and its hash; of adversarial images method, parameters and seed as well; at most 1024 characters
   * are kept.
   */
  readonly derivationDescription: string
  /** The model's name; at most 64 characters are kept. */
  readonly algorithmName: string
  /** Image Comments: what is not to be mistaken. */
  readonly comment: string
}

/** Nothing is known of what a class is: neither an organ nor a finding may be claimed (PS3.16 CID 7150). */
const category: Code = { value: '309825002', scheme: 'SCT', meaning: 'Spatial and Relational Concept' }

/** Property type of every class: nothing more is known than that it is a region of the image. */
const propertyType: Code = { value: '111030', scheme: 'DCM', meaning: 'Image Region' }

/** Segment Sequence (PS3.3 C.8.20.2): the model's classes by their names. */
export function segmentSequence(
  source: SourceInstance,
  segments: readonly Segment[],
  { algorithmName }: SegmentationSeries,
): DataElement {
  return {
    tag: tag.SegmentSequence,
    vr: 'SQ',
    items: segments.map((segment, i) => [
      { tag: tag.SegmentedPropertyCategoryCodeSequence, vr: 'SQ', items: [codeItem(category)] },
      { tag: tag.SegmentNumber, vr: 'US', value: [i + 1] },
      textElement(source, tag.SegmentLabel, 'LO', segmentLabel(segment, characterSetOf(source))),
      { tag: tag.SegmentAlgorithmType, vr: 'CS', value: 'AUTOMATIC' },
      textElement(source, tag.SegmentAlgorithmName, 'LO', algorithmName),
      { tag: tag.SegmentedPropertyTypeCodeSequence, vr: 'SQ', items: [codeItem(propertyType)] },
    ]),
  }
}

/**
 * A class's name as Segment Label (0062,0005), at most 64 characters. Where the character set hasn't its
 * letters, the class's number distinguishes it from others: "Läsion" becomes "Lasion (class 1)" in Cyrillic
 * files.
 */
export function segmentLabel({ class: index, label }: Segment, characterSet: string | undefined): string {
  if (canEncode(label, characterSet)) return label
  const number = ` (class ${index})`
  return asciiLetters(label).slice(0, longest.LO - number.length) + number
}

/**
 * References, dimensions and functional groups (PS3.3 C.7.6.16, C.7.6.17, C.12.2); places only where the
 * source says them.
 */
export function segmentationGroups(
  source: SourceInstance,
  original: InstanceIdentity,
  planes: readonly SegmentPlane[],
  series: SegmentationSeries,
): DataElement[] {
  const organization: DataElement = {
    tag: tag.DimensionOrganizationUID,
    vr: 'UI',
    value: deriveUid(series.exportId, series.role, 'dimensions'),
  }
  const dimension = (pointer: number, group: number): DataElement[] => [
    organization,
    { tag: tag.DimensionIndexPointer, vr: 'AT', value: [pointer] },
    { tag: tag.FunctionalGroupPointer, vr: 'AT', value: [group] },
  ]
  const geometries = frameGeometries(source)
  return [
    { tag: tag.ReferencedSeriesSequence, vr: 'SQ', items: [referencedSeries(original)] },
    { tag: tag.DimensionOrganizationSequence, vr: 'SQ', items: [[organization]] },
    {
      tag: tag.DimensionIndexSequence,
      vr: 'SQ',
      items: [
        dimension(tag.ReferencedSegmentNumber, tag.SegmentIdentificationSequence),
        dimension(tag.InStackPositionNumber, tag.FrameContentSequence),
      ],
    },
    { tag: tag.SharedFunctionalGroupsSequence, vr: 'SQ', items: [[]] },
    {
      tag: tag.PerFrameFunctionalGroupsSequence,
      vr: 'SQ',
      items: planes.map((plane) =>
        frameGroup(source, original, plane, { series, geometry: geometries[plane.frameNumber - 1] }),
      ),
    },
    ...placeElements(source, geometries),
  ]
}

function frameGroup(
  source: SourceInstance,
  original: InstanceIdentity,
  { segmentNumber, frameNumber }: SegmentPlane,
  { series, geometry }: { readonly series: SegmentationSeries; readonly geometry: FrameGeometry | undefined },
): DataElement[] {
  const studyInstanceUid = studyUidOf(source)
  const derivation = {
    source: { ...original, studyInstanceUid },
    code: codes.segmentation,
    description: textElement(source, tag.DerivationDescription, 'ST', series.derivationDescription),
  }
  const referenced = frameCount(source) > 1 || hasFunctionalGroups(source) ? frameNumber : undefined
  const segment: DataElement[] = [{ tag: tag.ReferencedSegmentNumber, vr: 'US', value: [segmentNumber] }]
  return [
    { tag: tag.DerivationImageSequence, vr: 'SQ', items: [derivationImageItem(derivation, referenced)] },
    { tag: tag.FrameContentSequence, vr: 'SQ', items: [frameContent(segmentNumber, frameNumber)] },
    { tag: tag.SegmentIdentificationSequence, vr: 'SQ', items: [segment] },
    ...placeGroups(geometry),
  ]
}

function frameContent(segmentNumber: number, frameNumber: number): DataElement[] {
  return [
    { tag: tag.StackID, vr: 'SH', value: '1' },
    { tag: tag.InStackPositionNumber, vr: 'UL', value: [frameNumber] },
    { tag: tag.DimensionIndexValues, vr: 'UL', value: [segmentNumber, frameNumber] },
  ]
}

/**
 * Pixel Measures may be left out where Derivation Image is there, and are where no slice thickness is known.
 */
function placeGroups(geometry: FrameGeometry | undefined): readonly DataElement[] {
  if (!isPlaced(geometry)) return []
  return geometry.groups.filter((group) => geometry.thick || group.tag !== tag.PixelMeasuresSequence)
}

function isPlaced(geometry: FrameGeometry | undefined): geometry is FrameGeometry {
  return geometry?.placed === true && geometry.measured
}

/**
 * Frame of Reference (PS3.3 C.7.4.1) of sources that have one; without it the reference to the source image
 * says where the pixels are.
 */
function placeElements(source: SourceInstance, geometries: readonly FrameGeometry[]): DataElement[] {
  const uid = textValue(source, tag.FrameOfReferenceUID)
  if (uid === undefined || !geometries.every(isPlaced))
    return [{ tag: tag.PatientOrientation, vr: 'CS', value: '' }]
  return frameOfReferenceElements(source)
}

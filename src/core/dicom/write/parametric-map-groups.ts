import { entry } from '../../entry.ts'
import { internalError, RadversaryError } from '../../errors.ts'
import { largestFloat32 } from '../../tensor/tensor.ts'
import { type Code, codeItem, codes } from './codes.ts'
import type { DataElement } from './encode.ts'
import { type InstanceIdentity, studyUidOf } from './exportable.ts'
import {
  derivationImageItem,
  frameGeometries,
  type FrameGeometry,
  hasFunctionalGroups,
} from './functional-groups.ts'
import type { SourceInstance } from './part10.ts'
import type { Equipment } from './provenance.ts'
import { frameCount, itemsOf, requiredUnsigned, textElement } from './source-values.ts'
import { frameAnatomyElements, referencedSeries } from './study-elements.ts'
import { tag } from './tags.ts'
import { deriveUid } from './uids.ts'

/** One frame of a parametric map: one channel of one frame of the source. */
export interface MapFrame {
  readonly values: Float32Array
  /** Number of the source's frame, from 1. */
  readonly frameNumber: number
  /** 1; for colours 1 red, 2 green, 3 blue. */
  readonly channel: number
  readonly geometry: FrameGeometry
}

/** Frames of one sample each, all of the first channel first, so that each channel is a stack. */
export function splitChannels(source: SourceInstance, frames: readonly Float32Array[]): MapFrame[] {
  const pixels = requiredUnsigned(source, tag.Rows, 'Rows') * requiredUnsigned(source, tag.Columns, 'Columns')
  const [first = new Float32Array()] = frames
  const channels = first.length / pixels
  const count = frameCount(source)
  if (frames.length !== count || (channels !== 1 && channels !== 3)) {
    throw misfit(
      `expected ${count} frames of ${pixels} or ${3 * pixels} values, got ${frames.length} of ${first.length}`,
    )
  }
  const geometries = frameGeometries(source)
  return Array.from({ length: channels }, (_, channel) =>
    frames.map((values, index) => {
      if (values.length !== channels * pixels)
        throw misfit(`frame ${index + 1}: expected ${channels * pixels} values, got ${values.length}`)
      const geometry = geometries[index]
      if (geometry === undefined) throw internalError('a frame without geometry reached the parametric map')
      return {
        values: channelOf(values, channel, channels),
        frameNumber: index + 1,
        channel: channel + 1,
        geometry,
      }
    }),
  ).flat()
}

function channelOf(values: Float32Array, channel: number, channels: number): Float32Array {
  if (!values.every((value) => Number.isFinite(value)))
    throw misfit('expected finite values, got NaN or infinity')
  return channels === 1 ? values : values.filter((_, index) => index % channels === channel)
}

/** Float Pixel Data (7FE0,0008): the frames' values as little-endian float32. */
export function floatBytes(frames: readonly MapFrame[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, { values }) => sum + values.length, 0) * 4)
  const view = new DataView(bytes.buffer)
  let at = 0
  frames.forEach(({ values }) => {
    values.forEach((value) => {
      view.setFloat32(at, value, true)
      at += 4
    })
  })
  return bytes
}

function misfit(message: string): RadversaryError {
  return new RadversaryError('tensor-invalid', `Parametric map: ${message}`)
}

/** What every map of a series has in common. */
export interface ParametricMapSeries extends Equipment {
  /** As in `DerivedSeries`: equal ids give equal bytes. */
  readonly exportId: string
  readonly seriesNumber: number
  readonly seriesDescription: string
  /** Method, parameters, model and its hash, seed; at most 1024 characters are kept. */
  readonly derivationDescription: string
  /** What a value is, such as "Perturbation (adversarial - original)", in ASCII. */
  readonly quantity: string
  readonly unit: Code
}

/** Image Type and Frame Type of a map (PS3.3 C.8.32.3.1). */
export const frameType = 'DERIVED\\PRIMARY\\VOLUME\\NONE'
const channelNames = ['red', 'green', 'blue'] as const

/** References, dimensions and functional groups (PS3.3 C.7.6.16, C.7.6.17, C.12.2). */
export function groupElements(
  source: SourceInstance,
  original: InstanceIdentity,
  frames: readonly MapFrame[],
  series: ParametricMapSeries,
): DataElement[] {
  const [shared] = itemsOf(source, tag.SharedFunctionalGroupsSequence)
  const perFrame = itemsOf(source, tag.PerFrameFunctionalGroupsSequence)
  const organizationUid = deriveUid(series.exportId, 'perturbation', 'dimensions')
  const organization: DataElement = { tag: tag.DimensionOrganizationUID, vr: 'UI', value: organizationUid }
  const dimension = (pointer: number): DataElement[] => [
    organization,
    { tag: tag.DimensionIndexPointer, vr: 'AT', value: [pointer] },
    { tag: tag.FunctionalGroupPointer, vr: 'AT', value: [tag.FrameContentSequence] },
  ]
  return [
    { tag: tag.ReferencedSeriesSequence, vr: 'SQ', items: [referencedSeries(original)] },
    { tag: tag.DimensionOrganizationSequence, vr: 'SQ', items: [[organization]] },
    {
      tag: tag.DimensionIndexSequence,
      vr: 'SQ',
      items: [dimension(tag.StackID), dimension(tag.InStackPositionNumber)],
    },
    { tag: tag.SharedFunctionalGroupsSequence, vr: 'SQ', items: [sharedGroup(source, shared)] },
    {
      tag: tag.PerFrameFunctionalGroupsSequence,
      vr: 'SQ',
      items: frames.map((frame) => [
        ...frameGroup(source, original, frame, series, entry(frames, frames.length - 1).channel),
        ...frameAnatomyElements(source, perFrame[frame.frameNumber - 1]),
      ]),
    },
  ]
}

/**
 * Frame type, anatomy as the source's shared group has it, and the identity that the IOD prescribes (PS3.3
 * C.7.6.16.2.9b).
 */
function sharedGroup(source: SourceInstance, shared: SourceInstance | undefined): DataElement[] {
  const type: DataElement[] = [{ tag: tag.FrameType, vr: 'CS', value: frameType }]
  const identity: DataElement[] = [
    { tag: tag.RescaleIntercept, vr: 'DS', value: '0' },
    { tag: tag.RescaleSlope, vr: 'DS', value: '1' },
    { tag: tag.RescaleType, vr: 'LO', value: 'US' },
  ]
  return [
    { tag: tag.PixelValueTransformationSequence, vr: 'SQ', items: [identity] },
    { tag: tag.ParametricMapFrameTypeSequence, vr: 'SQ', items: [type] },
    ...frameAnatomyElements(source, shared),
  ]
}

function frameGroup(
  source: SourceInstance,
  original: InstanceIdentity,
  frame: MapFrame,
  series: ParametricMapSeries,
  channels: number,
): DataElement[] {
  const studyInstanceUid = studyUidOf(source)
  const statement = {
    source: { ...original, studyInstanceUid },
    code: codes.pixelByPixelSubtraction,
    description: textElement(source, tag.DerivationDescription, 'ST', series.derivationDescription),
  }
  const referenced = frameCount(source) > 1 || hasFunctionalGroups(source) ? frame.frameNumber : undefined
  return [
    { tag: tag.DerivationImageSequence, vr: 'SQ', items: [derivationImageItem(statement, referenced)] },
    { tag: tag.FrameContentSequence, vr: 'SQ', items: [frameContent(frame)] },
    { tag: tag.RealWorldValueMappingSequence, vr: 'SQ', items: [realWorldValues(frame, series, channels)] },
    ...frame.geometry.groups,
  ]
}

function frameContent(frame: MapFrame): DataElement[] {
  return [
    { tag: tag.StackID, vr: 'SH', value: String(frame.channel) },
    { tag: tag.InStackPositionNumber, vr: 'UL', value: [frame.frameNumber] },
    { tag: tag.DimensionIndexValues, vr: 'UL', value: [frame.channel, frame.frameNumber] },
  ]
}

/**
 * Real World Value Mapping macro (PS3.3 C.7.6.16.2.11): a value is what it says, over the whole range of a
 * float.
 */
function realWorldValues(frame: MapFrame, series: ParametricMapSeries, channels: number): DataElement[] {
  const name = channels === 1 ? undefined : channelNames[frame.channel - 1]
  return [
    {
      tag: tag.LUTExplanation,
      vr: 'LO',
      value: name === undefined ? series.quantity : `${series.quantity}, ${name}`,
    },
    { tag: tag.MeasurementUnitsCodeSequence, vr: 'SQ', items: [codeItem(series.unit)] },
    { tag: tag.LUTLabel, vr: 'SH', value: name?.toUpperCase() ?? 'PERTURBATION' },
    { tag: tag.DoubleFloatRealWorldValueFirstValueMapped, vr: 'FD', value: [-largestFloat32] },
    { tag: tag.DoubleFloatRealWorldValueLastValueMapped, vr: 'FD', value: [largestFloat32] },
    { tag: tag.RealWorldValueIntercept, vr: 'FD', value: [0] },
    { tag: tag.RealWorldValueSlope, vr: 'FD', value: [1] },
  ]
}

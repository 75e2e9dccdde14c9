import { largestFloat32 } from '../../tensor/tensor.ts'
import { codeItem, codes } from './codes.ts'
import { studyUidOf, type InstanceIdentity } from './exportable.ts'
import type { DataElement } from './encode.ts'
import { derivationImageItem, hasFunctionalGroups } from './functional-groups.ts'
import type { MapFrame } from './parametric-map-frames.ts'
import type { ParametricMapSeries } from './parametric-map-series.ts'
import type { SourceInstance } from './part10.ts'
import { frameCount, itemsOf } from './source-values.ts'
import { textElement } from './source-text.ts'
import { referencedSeries } from './referenced-series.ts'
import { frameAnatomyElements } from './study-elements.ts'
import { tag } from './tags.ts'
import { deriveUid } from './uids.ts'

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
        ...frameGroup(source, original, frame, series, frames.at(-1)?.channel ?? 1),
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

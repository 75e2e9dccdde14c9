import { codeItem, codes, type Code } from './codes.ts'
import { encodeElement, type DataElement } from './encode.ts'
import { contribution } from './own-texts.ts'
import type { SourceInstance } from './part10.ts'
import { appendedSequence } from './sequences.ts'
import { latin1Bytes, textValue } from './source-values.ts'
import { tag } from './tags.ts'

/** The software and version that appear as Contributing Equipment. */
export interface Equipment {
  readonly softwareVersion: string
}

export const manufacturer = 'Radversary'

/** An instance that another refers to (PS3.3 table 10-11). */
export interface InstanceReference {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
}

/** One item of Source Image Sequence (PS3.3 C.7.6.1.1.4): each pixel lies where it lay in the source. */
export function sourceImageItem(source: InstanceReference, frameNumber?: number): DataElement[] {
  const frame: DataElement[] =
    frameNumber === undefined
      ? []
      : [{ tag: tag.ReferencedFrameNumber, vr: 'IS', value: String(frameNumber) }]
  return [
    { tag: tag.ReferencedSOPClassUID, vr: 'UI', value: source.sopClassUid },
    { tag: tag.ReferencedSOPInstanceUID, vr: 'UI', value: source.sopInstanceUid },
    ...frame,
    { tag: tag.SpatialLocationsPreserved, vr: 'CS', value: 'YES' },
    { tag: tag.PurposeOfReferenceCodeSequence, vr: 'SQ', items: [codeItem(codes.sourceOfProcessing)] },
  ]
}

/** Derivation Code Sequence: the steps that the source had behind it, then ours. */
export function derivationCodes(source: SourceInstance, code: Code): DataElement {
  return appendedSequence(source, tag.DerivationCodeSequence, codeItem(code))
}

/** Contributing Equipment Sequence (PS3.3 C.12.1.1.5): what the source names, then Radversary. */
export function contributingEquipment(source: SourceInstance, equipment: Equipment): DataElement {
  const ours: DataElement[] = [
    { tag: tag.Manufacturer, vr: 'LO', value: manufacturer },
    { tag: tag.ManufacturerModelName, vr: 'LO', value: 'Radversary' },
    { tag: tag.SoftwareVersions, vr: 'LO', value: equipment.softwareVersion },
    {
      tag: tag.ContributionDescription,
      vr: 'ST',
      value: contribution,
    },
    { tag: tag.PurposeOfReferenceCodeSequence, vr: 'SQ', items: [codeItem(codes.processingEquipment)] },
  ]
  return appendedSequence(source, tag.ContributingEquipmentSequence, ours)
}

/**
 * DERIVED, whether primary or secondary, and whatever else the source's Image Type (or Frame Type) says, byte
 * for byte (PS3.3 C.7.6.1.1.2).
 */
export function derivedImageType(
  source: SourceInstance,
  at: number,
  second: 'PRIMARY' | 'SECONDARY',
): DataElement {
  const rest = (textValue(source, at) ?? '').split('\\').slice(2)
  return { tag: at, vr: 'bytes', as: 'CS', value: latin1Bytes(['DERIVED', second, ...rest].join('\\')) }
}

/** An element encoded for the given instance. */
export function encodedFor(source: SourceInstance, element: DataElement): Uint8Array {
  return encodeElement(element, source.encoding.explicit)
}

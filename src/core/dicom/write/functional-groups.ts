import { type Code, codeItem } from './codes.ts'
import type { ElementSpan } from './elements.ts'
import { type DataElement, encodeItem } from './encode.ts'
import type { SourceInstance } from './part10.ts'
import { derivedImageType, encodedFor, type InstanceReference, sourceImageItem } from './provenance.ts'
import { appendedSequence, itemFor, sequenceOf } from './sequences.ts'
import { findElement, frameCount, itemBytes, itemsOf, valueBytes } from './source-values.ts'
import { type Change, splice } from './splice.ts'
import { tag } from './tags.ts'

/** What a derivation says about itself, in functional groups or at the top level. */
export interface DerivationStatement {
  readonly source: InstanceReference & {
    readonly studyInstanceUid: string
    readonly seriesInstanceUid: string
  }
  readonly code: Code
  /** Derivation Description (0008,2111). */
  readonly description: DataElement
}

/** Whether the frames are described by functional groups (PS3.3 C.7.6.16). */
export function hasFunctionalGroups(source: SourceInstance): boolean {
  return findElement(source, tag.PerFrameFunctionalGroupsSequence) !== undefined
}

/**
 * Enhanced multi-frame images say frame by frame what a classic image says once (PS3.3 C.7.6.16): Frame Type
 * becomes DERIVED in whichever group holds it, shared or per frame; each frame gets a Derivation Image item
 * that names the frame it comes from; Source Image Evidence names the instance. All other bytes of the groups
 * are copied.
 */
export function functionalGroupChanges(
  source: SourceInstance,
  derivation: DerivationStatement,
): Map<number, Change> {
  const shared = itemsOf(source, tag.SharedFunctionalGroupsSequence)
  const perFrame = itemsOf(source, tag.PerFrameFunctionalGroupsSequence)
  const earlier = shared.flatMap((group) => itemBytes(group, tag.DerivationImageSequence))
  const sharedItems = shared.map((group) => splice(group, sharedChanges(group)))
  const frameItems = perFrame.map((group, index) =>
    splice(group, frameChanges(group, earlier, derivation, index + 1)),
  )
  const changes = new Map<number, Change>([
    [
      tag.PerFrameFunctionalGroupsSequence,
      sequence(source, tag.PerFrameFunctionalGroupsSequence, frameItems),
    ],
    [tag.SourceImageEvidenceSequence, encodedFor(source, sourceEvidence(source, derivation))],
  ])
  if (shared.length === 0) return changes
  return changes.set(
    tag.SharedFunctionalGroupsSequence,
    sequence(source, tag.SharedFunctionalGroupsSequence, sharedItems),
  )
}

/** A group may be shared or per frame, not both: derivations move to the frames. */
function sharedChanges(group: SourceInstance): Map<number, Change> {
  const changes = frameTypeChanges(group)
  if (findElement(group, tag.DerivationImageSequence) !== undefined)
    changes.set(tag.DerivationImageSequence, 'drop')
  return changes
}

function frameChanges(
  group: SourceInstance,
  earlier: readonly Uint8Array[],
  derivation: DerivationStatement,
  frameNumber: number,
): Map<number, Change> {
  const at = tag.DerivationImageSequence
  const ours = itemFor(group, at, derivationImageItem(derivation, frameNumber))
  const items = sequenceOf(group, at, [...earlier, ...itemBytes(group, at), ours])
  return frameTypeChanges(group).set(at, encodedFor(group, items))
}

/** Every modality has a frame type sequence of its own; each holds Frame Type (0008,9007). */
function frameTypeChanges(group: SourceInstance): Map<number, Change> {
  const changes = new Map<number, Change>()
  for (const element of group.elements) {
    const items = isSequence(group, element) ? itemsOf(group, element.tag) : []
    if (!items.some((item) => findElement(item, tag.FrameType) !== undefined)) continue
    const derived = items.map((item) => {
      return splice(
        item,
        new Map([[tag.FrameType, encodedFor(item, derivedImageType(item, tag.FrameType, 'PRIMARY'))]]),
      )
    })
    changes.set(element.tag, sequence(group, element.tag, derived))
  }
  return changes
}

/** In Implicit VR and in a UN a sequence shows by the item tag (FFFE,E000) that its value starts with. */
function isSequence(group: SourceInstance, element: ElementSpan): boolean {
  if (element.vr !== undefined && element.vr !== 'UN') return element.vr === 'SQ'
  return [0xfe, 0xff, 0x00, 0xe0].every((byte, index) => group.bytes[element.valueStart + index] === byte)
}

/** Derivation Image macro (PS3.3 C.7.6.16.2.6). */
export function derivationImageItem(derivation: DerivationStatement, frameNumber?: number): DataElement[] {
  return [
    derivation.description,
    { tag: tag.SourceImageSequence, vr: 'SQ', items: [sourceImageItem(derivation.source, frameNumber)] },
    { tag: tag.DerivationCodeSequence, vr: 'SQ', items: [codeItem(derivation.code)] },
  ]
}

/** Source Image Evidence Sequence (PS3.3 table C.8-81 and others): study, series, instance. */
function sourceEvidence(source: SourceInstance, { source: original }: DerivationStatement): DataElement {
  const instance: DataElement[] = [
    { tag: tag.ReferencedSOPClassUID, vr: 'UI', value: original.sopClassUid },
    { tag: tag.ReferencedSOPInstanceUID, vr: 'UI', value: original.sopInstanceUid },
  ]
  const series: DataElement[] = [
    { tag: tag.ReferencedSOPSequence, vr: 'SQ', items: [instance] },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: original.seriesInstanceUid },
  ]
  const study: DataElement[] = [
    { tag: tag.ReferencedSeriesSequence, vr: 'SQ', items: [series] },
    { tag: tag.StudyInstanceUID, vr: 'UI', value: original.studyInstanceUid },
  ]
  return appendedSequence(source, tag.SourceImageEvidenceSequence, study)
}

/** A sequence with other content in its items. */
function sequence(source: SourceInstance, at: number, contents: readonly Uint8Array[]): Uint8Array {
  return encodedFor(source, sequenceOf(source, at, contents.map(encodeItem)))
}

/** Where one frame lies, as functional groups: Pixel Measures, Plane Position and Plane Orientation. */
export interface FrameGeometry {
  readonly groups: readonly DataElement[]
  /** Whether the source says where the frame lies in its frame of reference. */
  readonly placed: boolean
  /** Whether the source says how large a pixel is. */
  readonly measured: boolean
  /** Whether it says how thick a slice is as well, which the Pixel Measures of a segmentation must. */
  readonly thick: boolean
}

/**
 * Where each frame of the source lies (PS3.3 C.7.6.16.2.1, .3 and .4), its values byte for byte. A frame that
 * the source doesn't place, such as an ultrasound image, lies at the origin; its frame of reference must be
 * one of its own then. No pixel size is made up.
 */
export function frameGeometries(source: SourceInstance): FrameGeometry[] {
  if (!hasFunctionalGroups(source))
    return Array<FrameGeometry>(frameCount(source)).fill(geometryOf(() => source))
  const [shared] = itemsOf(source, tag.SharedFunctionalGroupsSequence)
  return itemsOf(source, tag.PerFrameFunctionalGroupsSequence).map((frame) => {
    return geometryOf(
      (group) => itemsOf(frame, group)[0] ?? (shared === undefined ? undefined : itemsOf(shared, group)[0]),
    )
  })
}

/** `holder` gives what holds the attributes of a group: its item, or the instance itself. */
function geometryOf(holder: (group: number) => SourceInstance | undefined): FrameGeometry {
  const measures = holder(tag.PixelMeasuresSequence)
  const spacing = copied(measures, tag.PixelSpacing)
  const thickness = copied(measures, tag.SliceThickness)
  const position = copied(holder(tag.PlanePositionSequence), tag.ImagePositionPatient)
  const orientation = copied(holder(tag.PlaneOrientationSequence), tag.ImageOrientationPatient)
  const placed = position.length > 0 && orientation.length > 0
  return {
    placed,
    measured: spacing.length > 0,
    thick: thickness.length > 0,
    groups: [
      {
        tag: tag.PixelMeasuresSequence,
        vr: 'SQ',
        items: [[...thickness, ...spacing]],
      },
      { tag: tag.PlanePositionSequence, vr: 'SQ', items: [placed ? position : origin] },
      { tag: tag.PlaneOrientationSequence, vr: 'SQ', items: [placed ? orientation : upright] },
    ],
  }
}

const origin: readonly DataElement[] = [{ tag: tag.ImagePositionPatient, vr: 'DS', value: '0\\0\\0' }]
const upright: readonly DataElement[] = [
  { tag: tag.ImageOrientationPatient, vr: 'DS', value: '1\\0\\0\\0\\1\\0' },
]

/** Values as the source has them, which may lie in another encoding than it. */
function copied(source: SourceInstance | undefined, at: number): DataElement[] {
  const value = source === undefined ? undefined : valueBytes(source, at)
  return value === undefined ? [] : [{ tag: at, vr: 'bytes', as: 'DS', value }]
}

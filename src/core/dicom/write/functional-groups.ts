import { codeItem, type Code } from './codes.ts'
import type { ElementSpan } from './elements.ts'
import { encodeItem, type DataElement } from './encode.ts'
import type { SourceInstance } from './part10.ts'
import { derivedImageType, encodedFor, sourceImageItem, type InstanceReference } from './provenance.ts'
import { appendedSequence, itemFor, sequenceOf } from './sequences.ts'
import { findElement, itemBytes, itemsOf } from './source-values.ts'
import { splice, type Change } from './splice.ts'
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

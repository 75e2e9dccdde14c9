import type { StoredFrame } from '../image.ts'
import { type Code, codes } from './codes.ts'
import type { DataElement } from './encode.ts'
import { identityOf, type InstanceIdentity, openExportable, studyUidOf } from './exportable.ts'
import { functionalGroupChanges, hasFunctionalGroups } from './functional-groups.ts'
import { derivedLabels } from './own-texts.ts'
import { encodeFile, type SourceInstance, targetSyntax } from './part10.ts'
import { pixelChanges } from './pixels.ts'
import {
  contributingEquipment,
  derivationCodes,
  derivedImageType,
  encodedFor,
  type Equipment,
  sourceImageItem,
} from './provenance.ts'
import { derivedExamination, forbiddenInDerived, isEnhancedImage } from './sop-classes.ts'
import { findElement, textBefore, textElement, textValue } from './source-values.ts'
import { type Change, splice } from './splice.ts'
import { tag } from './tags.ts'
import { deriveUid } from './uids.ts'

/**
 * What a derived series is: the adversarial images, the input as the attack's smoothing sees it, or images
 * of a reader study, of which nothing in the file says what they are.
 */
export type DerivedRole = 'adversarial' | 'smoothed' | 'blinded'

/** What every instance of a derived series has in common. */
export interface DerivedSeries extends Equipment {
  readonly role: DerivedRole
  /** Names the run; with the source's UIDs it determines every new UID, so equal ids give equal bytes. */
  readonly exportId: string
  readonly seriesNumber: number
  /** What the series is; the source's own Series Description follows it. */
  readonly seriesDescription: string
  /** Method, parameters, model and its hash, seed; at most 1024 characters are kept. */
  readonly derivationDescription: string
}

export interface DerivedInstance extends InstanceIdentity {
  /** The whole DICOM file. */
  readonly bytes: Uint8Array
  /** What it was derived from. */
  readonly source: InstanceIdentity
}

const derivations: Readonly<Record<DerivedRole, Code>> = {
  adversarial: codes.pixelByPixelAddition,
  smoothed: codes.gaussianBlur,
  blinded: codes.pixelByPixelAddition,
}

/**
 * The source file with its pixels replaced and its identity changed; every other byte of its data set is
 * copied as it is. See docs/export.md for the list of elements that change.
 * @param file a whole DICOM file; it is not changed
 * @param frames all frames in order, with new stored values or the old ones, in the source's BitsStored and
 * sign
 * @throws RadversaryError dicom-unreadable, dicom-unsupported (with the syntax or attribute at fault),
 * tensor-invalid
 */
export function deriveInstance(
  file: Uint8Array,
  frames: readonly StoredFrame[],
  series: DerivedSeries,
): DerivedInstance {
  const source = openExportable(file)
  const original = identityOf(source)
  const derived = derivedIdentity(original, series)
  const changes = new Map<number, Change>([
    ...pixelChanges(source, frames),
    ...identityChanges(source, original, derived, series),
    ...derivationChanges(source, original, series),
    ...staleElements(source, original),
  ])
  const dataSet = splice(source, changes)
  const bytes = encodeFile({ ...derived, transferSyntaxUid: targetSyntax(source.encoding), dataSet })
  return { ...derived, bytes, source: original }
}

/** New UIDs that depend on the export and the source alone; the SOP class stays. */
function derivedIdentity(
  source: InstanceIdentity,
  series: Pick<DerivedSeries, 'exportId' | 'role'>,
): InstanceIdentity {
  return {
    sopClassUid: source.sopClassUid,
    sopInstanceUid: deriveUid(series.exportId, series.role, 'instance', source.sopInstanceUid),
    seriesInstanceUid: deriveUid(series.exportId, series.role, 'series', source.seriesInstanceUid),
  }
}

function identityChanges(
  source: SourceInstance,
  original: InstanceIdentity,
  derived: InstanceIdentity,
  series: DerivedSeries,
): Map<number, Change> {
  const enhanced = isEnhancedImage(original.sopClassUid)
  const elements: DataElement[] = [
    derivedImageType(source, tag.ImageType, derivedExamination(original.sopClassUid)),
    { tag: tag.SOPInstanceUID, vr: 'UI', value: derived.sopInstanceUid },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: derived.seriesInstanceUid },
    { tag: tag.SeriesNumber, vr: 'IS', value: String(series.seriesNumber) },
    textBefore(source, tag.SeriesDescription, 'LO', series.seriesDescription),
    textBefore(source, tag.ImageComments, 'LT', derivedLabels[series.role]),
    contributingEquipment(source, series),
  ]
  if (enhanced) elements.push({ tag: tag.ContentQualification, vr: 'CS', value: 'RESEARCH' })
  if (isLossy(source)) elements.push({ tag: tag.LossyImageCompression, vr: 'CS', value: '01' })
  return new Map(elements.map((element) => [element.tag, encodedFor(source, element)]))
}

/**
 * How the image came about: frame by frame where there are functional groups, at the top level otherwise
 * (PS3.3 C.7.6.1.1.3).
 */
function derivationChanges(
  source: SourceInstance,
  original: InstanceIdentity,
  series: DerivedSeries,
): Map<number, Change> {
  const code = derivations[series.role]
  if (hasFunctionalGroups(source)) {
    const studyInstanceUid = studyUidOf(source)
    const description = textElement(source, tag.DerivationDescription, 'ST', series.derivationDescription)
    return functionalGroupChanges(source, { source: { ...original, studyInstanceUid }, code, description })
  }
  const sourceImage: DataElement = {
    tag: tag.SourceImageSequence,
    vr: 'SQ',
    items: [sourceImageItem(original)],
  }
  const elements = [
    textBefore(source, tag.DerivationDescription, 'ST', series.derivationDescription),
    derivationCodes(source, code),
    sourceImage,
  ]
  return new Map(elements.map((element) => [element.tag, encodedFor(source, element)]))
}

/** JPEG baseline and extended, near-lossless JPEG-LS and lossy HTJ2K lose by their nature, said or unsaid. */
function isLossy(source: SourceInstance): boolean {
  const lossySyntax = /^1\.2\.840\.10008\.1\.2\.4\.(50|51|53|55|81|203)$/.test(source.transferSyntaxUid)
  return lossySyntax && textValue(source, tag.LossyImageCompression) !== '01'
}

/**
 * What speaks of the source's bytes or of its creation, or of an original image only, and would be untrue of
 * ours.
 */
function staleElements(source: SourceInstance, original: InstanceIdentity): Map<number, Change> {
  const stale: number[] = [
    tag.LengthToEnd,
    tag.InstanceCreationDate,
    tag.InstanceCreationTime,
    tag.InstanceCreatorUID,
    tag.MACParametersSequence,
    tag.ExtendedOffsetTable,
    tag.ExtendedOffsetTableLengths,
    tag.DigitalSignaturesSequence,
    // A compressed icon can't stand in an uncompressed data set.
    ...(source.encapsulated ? [tag.IconImageSequence] : []),
    ...forbiddenInDerived(original.sopClassUid),
  ]
  return new Map(stale.filter((at) => findElement(source, at) !== undefined).map((at) => [at, 'drop']))
}

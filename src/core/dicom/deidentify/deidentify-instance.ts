import { RadversaryError, type Notice } from '../../errors.ts'
import type { StoredFrame } from '../image.ts'
import { codeItem } from '../write/codes.ts'
import type { DataElement } from '../write/encode.ts'
import { identityOf, studyUidOf } from '../write/exportable.ts'
import { encodeFile, openInstance, type SourceInstance, targetSyntax } from '../write/part10.ts'
import { pixelChanges } from '../write/pixels.ts'
import { encodedFor } from '../write/provenance.ts'
import { characterSetOf, textValue, unsignedValue } from '../write/source-values.ts'
import { splice, type Change } from '../write/splice.ts'
import { groupOf, tag } from '../write/tags.ts'
import { cleanChanges, type Deed, Deeds } from './clean-elements.ts'
import { withoutComments } from './codestream-comments.ts'
import { identityWords, patientId, patientIdentity } from './identity.ts'
import {
  blackedOut,
  checkPolicy,
  type DeidentificationPolicy,
  methodsOf,
  methodText,
  type PixelRegion,
  statementTags,
  temporalInformation,
} from './policy.ts'
import { isContribution, keptLabel } from '../adversarial-label.ts'
import { isRepeating } from './profile.ts'
import type { Pseudonyms } from './pseudonyms.ts'

export interface DeidentifyOptions {
  readonly policy: DeidentificationPolicy
  readonly pseudonyms: Pseudonyms
  /** VR of a standard element (PS3.6); undefined where there is none. */
  readonly vrOf: (tag: number) => string | undefined
  /** All frames, decoded: needed where the policy has regions. */
  readonly frames?: readonly StoredFrame[]
}

export interface DeidentifiedInstance {
  /** The whole DICOM file. */
  readonly bytes: Uint8Array
  /** Names and UIDs as they are written, not the source's. */
  readonly patient: string
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly sopInstanceUid: string
  /** How often each element was changed, nested ones included: by tag, what was done and how often. */
  readonly deeds: readonly Deed[]
  /** What the profile can't see to. */
  readonly notices: readonly Notice[]
}

/**
 * A DICOM file by the Basic Application Level Confidentiality Profile (PS3.15 section E.2) and some of its
 * options: elements, items, file meta information and preamble. Every byte of the data set that the profile
 * does not touch stays. The same file, policy and key give the same bytes.
 * @param file a whole DICOM file; it is not changed
 * @throws RadversaryError dicom-unreadable; dicom-unsupported for a file that can't be made safe, with the
 * remedy; usage
 */
export function deidentifyInstance(file: Uint8Array, options: DeidentifyOptions): DeidentifiedInstance {
  const { pseudonyms, frames } = options
  checkPolicy(options.policy)
  const source = withoutOverlayBits(openInstance(file))
  const policy = { ...options.policy, regions: regionsWithin(source, options.policy.regions) }
  const original = identityOf(source)
  refuseUnsafe(source, original.sopClassUid, policy)
  const deeds = new Deeds()
  const identity = patientIdentity(source)
  const words = identityWords(source, shortestName)
  const cleaned = cleanChanges(source, {
    policy,
    pseudonyms,
    identity,
    words,
    characterSet: characterSetOf(source),
    vrOf: options.vrOf,
    isHarmless: isContribution,
    onDone: deeds.add,
  })
  const patient = pseudonyms.patient(identity, patientId(source))
  if (patient === undefined) throw notListed()
  const pixels = pixelsOf(source, policy, frames)
  const changes = new Map<number, Change>([
    ...cleaned,
    ...keptLabel(source, cleaned),
    ...pixels,
    ...statements(source, patient, policy),
  ])
  const uid = (of: string) => (policy.options.has('retain-uids') ? of : pseudonyms.uid(of))
  const sopInstanceUid = uid(original.sopInstanceUid)
  const isNative = !source.encapsulated || policy.regions.length > 0
  const transferSyntaxUid = isNative ? targetSyntax(source.encoding) : source.transferSyntaxUid
  const dataSet = splice(source, changes)
  return {
    bytes: encodeFile({ sopClassUid: original.sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet }),
    patient,
    sopInstanceUid,
    studyInstanceUid: uid(studyUidOf(source)),
    seriesInstanceUid: uid(original.seriesInstanceUid),
    deeds: deeds.list(),
    notices: noticesOf(source, policy),
  }
}

/** Letters of a name that is a word of its own in free text. */
const shortestName = 2

/** Regions of which some pixels are in the image: of the others nothing can be claimed. */
function regionsWithin(source: SourceInstance, regions: readonly PixelRegion[]): readonly PixelRegion[] {
  const [rows, columns] = [unsignedValue(source, tag.Rows), unsignedValue(source, tag.Columns)]
  if (rows === undefined || columns === undefined) return []
  return regions.filter(({ x, y }) => x < columns && y < rows)
}

/** What is written beside what was there: the pseudonym, and what was done (PS3.3 C.7.1.1, C.12.1.1.7). */
function statements(
  source: SourceInstance,
  patient: string,
  policy: DeidentificationPolicy,
): Map<number, Change> {
  const elements: DataElement[] = [
    // The caret says that it is a family name: without one it would be of the retired form (PS3.5 section
    // 6.2.1).
    { tag: tag.PatientName, vr: 'PN', value: `${patient}^` },
    { tag: tag.PatientID, vr: 'LO', value: patient },
    { tag: statementTags.PatientIdentityRemoved, vr: 'CS', value: 'YES' },
    { tag: statementTags.DeidentificationMethod, vr: 'LO', value: methodText },
    {
      tag: statementTags.DeidentificationMethodCodeSequence,
      vr: 'SQ',
      items: methodsOf(policy).map(codeItem),
    },
    {
      tag: statementTags.LongitudinalTemporalInformationModified,
      vr: 'CS',
      value: temporalInformation(policy),
    },
    ...(policy.regions.length > 0 ? [{ tag: tag.BurnedInAnnotation, vr: 'CS', value: 'NO' } as const] : []),
  ]
  return new Map(elements.map((element) => [element.tag, encodedFor(source, element)]))
}

function pixelsOf(
  source: SourceInstance,
  { regions }: DeidentificationPolicy,
  frames: readonly StoredFrame[] | undefined,
): Map<number, Change> {
  if (regions.length > 0) return pixelChanges(source, blackedOut(frames ?? [], regions))
  const cleaned = source.encapsulated ? withoutComments(source) : undefined
  return new Map(cleaned === undefined ? [] : [[tag.PixelData, cleaned]])
}

/** SOP classes whose content is a document: text that nobody can clean by tag (PS3.4 table B.5-1). */
const documentClasses = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(104\.\d+|88\.\d+)$/

function refuseUnsafe(
  source: SourceInstance,
  sopClassUid: string,
  { regions }: DeidentificationPolicy,
): void {
  if (documentClasses.test(sopClassUid))
    throw unsafe('an image, got a document or report, whose text may name anybody', 'Leave the file out.')
  if (textValue(source, tag.BurnedInAnnotation) === 'YES' && regions.length === 0)
    throw unsafe(
      'pixels without burnt-in text, got Burned In Annotation (0028,0301) YES',
      'Name the regions of the image that hold text (deidentify --blackout), or leave the file out.',
    )
}

function notListed(): RadversaryError {
  return unsafe(
    'a pseudonym for every patient, got a Patient ID (0010,0020) that the list lacks',
    'Add a row for this patient to the CSV of pseudonyms.',
  )
}

function unsafe(expected: string, tip: string): RadversaryError {
  return new RadversaryError('dicom-unsupported', `De-identification: expected ${expected}`, { tip })
}

const overlayBitPosition = 0x0102
const overlayData = 0x3000

/**
 * Overlays in unused bits of Pixel Data (retired, PS3.5 section 8.1.2) are cleared as those in elements are
 * removed.
 */
function withoutOverlayBits(source: SourceInstance): SourceInstance {
  const groups = source.elements.filter(
    ({ tag: at }) => isRepeating(at, 0x6000) && (at & 0xffff) === overlayBitPosition,
  )
  const embedded = groups.filter(({ tag: at }) => {
    const hasData = source.elements.some((each) => each.tag === ((groupOf(at) << 16) | overlayData) >>> 0)
    const position = unsignedValue(source, at)
    return !hasData && position !== undefined && position > 0
  })
  if (embedded.length === 0) return source
  if (source.encapsulated || unsignedValue(source, tag.BitsAllocated) !== 16)
    throw unsafe(
      'overlays in elements of their own, got one in bits of compressed pixels',
      'Decompress the file (for example with gdcmconv --raw).',
    )
  return withClearedBits(source)
}

function withClearedBits(source: SourceInstance): SourceInstance {
  const pixels = source.elements.find((element) => element.tag === tag.PixelData)
  if (pixels === undefined) return source
  const stored = unsignedValue(source, tag.BitsStored) ?? 16
  const high = unsignedValue(source, tag.HighBit) ?? stored - 1
  const mask = ((1 << stored) - 1) << (high - stored + 1)
  const bytes = new Uint8Array(source.bytes)
  const view = new DataView(bytes.buffer)
  for (let at = pixels.valueStart; at + 2 <= pixels.valueEnd; at += 2)
    view.setUint16(at, view.getUint16(at, true) & mask, true)
  return { ...source, bytes }
}

/** Modalities whose pixels show a patient's name by custom. */
const annotated: ReadonlySet<string> = new Set(['US', 'ES', 'GM', 'SC', 'XC', 'OT', 'RF', 'XA', 'MG'])

function noticesOf(source: SourceInstance, { regions }: DeidentificationPolicy): readonly Notice[] {
  const notices: Notice[] = []
  const says = textValue(source, tag.BurnedInAnnotation)
  if (regions.length === 0 && says !== 'NO' && annotated.has(textValue(source, tag.Modality) ?? ''))
    notices.push({
      message:
        'The file does not say whether its pixels hold burnt-in text, as images of its modality often do.',
      tip: 'Look at the images; name the regions that hold text (deidentify --blackout).',
    })
  if (textValue(source, tag.RecognizableVisualFeatures) === 'YES')
    notices.push({
      message: 'Recognizable Visual Features (0028,0302) is YES: a face could be seen.',
      tip: 'Remove the face, or do not share the images.',
    })
  return notices
}

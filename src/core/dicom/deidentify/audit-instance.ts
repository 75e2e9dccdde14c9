import { isOwnText } from '../write/own-texts.ts'
import { openInstance } from '../write/part10.ts'
import { characterSetOf, itemsOf, textValue } from '../write/source-values.ts'
import { groupOf, tag } from '../write/tags.ts'
import { cleanChanges, type Deed, Deeds } from './clean-elements.ts'
import { identityWords, patientIdentity } from './identity.ts'
import { optionsOfMethods, statementTags } from './policy.ts'
import type { ProfileOption } from './profile.ts'
import { isPseudonym, type Pseudonyms } from './pseudonyms.ts'

/** What a second pair of eyes would see in a file. */
export interface InstanceAudit {
  /** Whether Patient Identity Removed (0012,0062) is YES. */
  readonly saysRemoved: boolean
  /** Options that De-identification Method Code Sequence names. */
  readonly options: readonly ProfileOption[]
  /** What the profile with these options would have changed, private elements aside. */
  readonly elements: readonly Deed[]
  readonly privateElements: number
  /** Burned In Annotation (0028,0301); null where it is not said. */
  readonly burnedInAnnotation: string | null
  /** Words of names and identifiers that are no pseudonyms, to be looked for elsewhere. */
  readonly words: readonly string[]
}

/** UIDs under 2.25 name no organisation; dates that were moved are not found out. */
const auditing: Pseudonyms = {
  uid: (uid) => (uid.startsWith('2.25.') || uid.startsWith('1.2.840.10008.') ? uid : ''),
  patient: () => '',
  shiftDays: () => 0,
}

export interface AuditOptions {
  /** VR of a standard element (PS3.6); undefined where there is none. */
  readonly vrOf: (tag: number) => string | undefined
  /** Words of identities that are known from elsewhere, in small letters. */
  readonly words: readonly string[]
}

/**
 * Looks at a DICOM file as somebody would whom it is given to.
 * @throws RadversaryError dicom-unreadable, dicom-unsupported
 */
export function auditInstance(file: Uint8Array, { vrOf, words: known }: AuditOptions): InstanceAudit {
  const source = openInstance(file)
  const codes = itemsOf(source, statementTags.DeidentificationMethodCodeSequence)
  const options = optionsOfMethods(codes.map((item) => textValue(item, tag.CodeValue)))
  const words = identityWords(source).filter((word) => !isPseudonym(word.toUpperCase()))
  const deeds = new Deeds()
  const isPseudonymous = (at: number) =>
    (at === tag.PatientName || at === tag.PatientID) && isPseudonym(textValue(source, at) ?? '')
  const elements = source.elements.filter((element) => !isPseudonymous(element.tag))
  cleanChanges(
    { ...source, elements },
    {
      policy: { options: new Set(options), keep: new Set(), regions: [] },
      pseudonyms: auditing,
      identity: patientIdentity(source),
      words: [...known, ...words],
      characterSet: characterSetOf(source),
      vrOf,
      isHarmless: isOwnText,
      onDone: deeds.add,
    },
  )
  const found = deeds.list()
  const isPrivate = ({ tag: at }: Deed) => groupOf(at) % 2 === 1
  return {
    saysRemoved: textValue(source, statementTags.PatientIdentityRemoved) === 'YES',
    options,
    elements: found.filter((deed) => !isPrivate(deed)),
    privateElements: found.filter(isPrivate).reduce((sum, { count }) => sum + count, 0),
    burnedInAnnotation: textValue(source, tag.BurnedInAnnotation) ?? null,
    words,
  }
}

import { decodeText } from '../charset.ts'
import type { SourceInstance } from '../write/part10.ts'
import { characterSetOf, textValue, valueBytes } from '../write/source-values.ts'
import { tag } from '../write/tags.ts'

const otherIds = { issuerOfPatientId: 0x00100021, otherPatientIds: 0x00101000, otherPatientNames: 0x00101001 }

/** Elements of an image that name its patient, and whoever else is named by custom. */
const naming: readonly number[] = [
  tag.PatientName,
  tag.PatientID,
  tag.AccessionNumber,
  tag.ReferringPhysicianName,
  otherIds.otherPatientIds,
  otherIds.otherPatientNames,
]

/** Shorter ones are in many a word that names nobody. */
const shortestWord = 4

/**
 * What a patient is known by, for pseudonyms and the shift of dates: Patient ID with its issuer; without one the
 * name and date of birth, or else the study.
 */
export function patientIdentity(source: SourceInstance): string {
  const id = textValue(source, tag.PatientID)
  if (id !== undefined) return JSON.stringify([id, textValue(source, otherIds.issuerOfPatientId) ?? ''])
  const name = textValue(source, tag.PatientName)
  if (name === undefined) return JSON.stringify(['study', textValue(source, tag.StudyInstanceUID) ?? ''])
  return JSON.stringify(['name', name, textValue(source, tag.PatientBirthDate) ?? ''])
}

/** Words of the identities in an image, in small letters: none may stay in any free text. */
export function identityWords(source: SourceInstance): readonly string[] {
  const texts = naming.flatMap((at) => {
    const bytes = valueBytes(source, at)
    return bytes === undefined ? [] : [decodeText(bytes, characterSetOf(source))]
  })
  const words = texts.flatMap((text) => text.toLowerCase().split(/[\s^=\\,;\0]+/))
  return [...new Set(words)].filter((word) => word.length >= shortestWord)
}

/** Whether a text holds one of these words, whatever its case. */
export function holdsIdentity(
  value: Uint8Array,
  characterSet: string | undefined,
  words: readonly string[],
): boolean {
  if (words.length === 0) return false
  const text = decodeText(value, characterSet).toLowerCase()
  return words.some((word) => text.includes(word))
}

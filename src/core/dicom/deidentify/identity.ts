import { decodeText } from '../charset.ts'
import type { SourceInstance } from '../write/part10.ts'
import { characterSetOf, textValue, valueBytes } from '../write/source-values.ts'
import { tag } from '../write/tags.ts'
import { namedValue } from './values.ts'

const otherIds = { issuerOfPatientId: 0x00100021, otherPatientIds: 0x00101000, otherPatientNames: 0x00101001 }

/** Elements of an image that name its patient, kin and whoever saw to it. */
const naming: readonly number[] = [
  tag.PatientName,
  tag.PatientID,
  tag.AccessionNumber,
  tag.ReferringPhysicianName,
  otherIds.otherPatientIds,
  otherIds.otherPatientNames,
  // Patient's Birth Name, Patient's Mother's Birth Name, Responsible Person.
  ...[0x00101005, 0x00101060, 0x00102297],
  // Consulting, Performing, Reading and Requesting Physicians, Operators' Name.
  ...[0x0008009c, 0x00081050, 0x00081060, 0x00321032, 0x00081070],
]

/** Shorter ones are in many a word that names nobody, but for names of East Asia. */
const shortestWord = 4
const eastAsian = /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}]/u

/**
 * What a patient is known by, for pseudonyms and the shift of dates: Patient ID with its issuer; without one
 * the name and date of birth, or else the study.
 */
export function patientIdentity(source: SourceInstance): string {
  const id = textValue(source, tag.PatientID)
  if (id !== undefined) return identityOfId(id, textValue(source, otherIds.issuerOfPatientId))
  const name = textValue(source, tag.PatientName)
  if (name === undefined) return JSON.stringify(['study', textValue(source, tag.StudyInstanceUID) ?? ''])
  return JSON.stringify(['name', name, textValue(source, tag.PatientBirthDate) ?? ''])
}

/** The same of a Patient ID that stands in a list, and its issuer. */
export function identityOfId(id: string, issuer = ''): string {
  return JSON.stringify([id, issuer])
}

/** Patient ID in the image's character set, as a list of pseudonyms has it; empty where there is none. */
export function patientId(source: SourceInstance): string {
  const bytes = valueBytes(source, tag.PatientID)
  return bytes === undefined
    ? ''
    : decodeText(bytes, characterSetOf(source))
        .replace(/[\0 ]+$/, '')
        .trimStart()
}

/**
 * Words of the identities in an image, in small letters: none may stay in any free text. A double name is
 * one, and so are its parts; those of a number are not.
 * @param shortest characters of a word at least; below 4 only words of letters
 */
export function identityWords(source: SourceInstance, shortest = shortestWord): readonly string[] {
  const texts = naming.flatMap((at) => {
    const bytes = valueBytes(source, at)
    return bytes === undefined ? [] : [decodeText(bytes, characterSetOf(source)).toLowerCase()]
  })
  const words = new Set(
    texts.flatMap((text) => [...text.split(/[\s^=\\,;\0]+/), ...wordsOf(text).filter(hasLetters)]),
  )
  words.delete(namedValue.toLowerCase())
  return [...words].filter((word) => word.length >= shortest && (!isShort(word) || /^\p{L}+$/u.test(word)))
}

/** Whether a text holds one of these words, whatever its case; a short one by itself. */
export function holdsIdentity(
  value: Uint8Array,
  characterSet: string | undefined,
  words: readonly string[],
): boolean {
  if (words.length === 0) return false
  const text = decodeText(value, characterSet).toLowerCase()
  const apart = new Set(wordsOf(text))
  return words.some((word) => (isShort(word) ? apart.has(word) : text.includes(word)))
}

function hasLetters(word: string): boolean {
  return /\p{L}/u.test(word)
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{M}\p{N}]+/u)
}

function isShort(word: string): boolean {
  return word.length < shortestWord && !eastAsian.test(word)
}

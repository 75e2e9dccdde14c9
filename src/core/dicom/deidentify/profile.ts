import { groupOf } from '../write/tags.ts'
import profile from './profile.json' with { type: 'json' }

/**
 * What becomes of an element (PS3.15 table E.1-1): X removed, Z emptied, D a dummy, U a mapped UID, K kept, C
 * cleaned.
 */
export type Action = 'X' | 'Z' | 'D' | 'U' | 'K' | 'C'

/** The options of table E.1-1, by the words that name them everywhere. */
export const profileOptions = [
  'retain-uids',
  'retain-device',
  'retain-institution',
  'retain-patient-characteristics',
  'retain-full-dates',
  'retain-shifted-dates',
  'retain-safe-private',
  'clean-descriptors',
] as const

export type ProfileOption = (typeof profileOptions)[number]

/** A row of table E.1-1. */
export interface ProfileRow {
  readonly vr: string
  /**
   * The action without options. Where the table leaves a choice (X/Z, Z/D, …), the mildest that the strictest
   * type of any IOD of PS3.3 asks for: a dummy for type 1, no value for type 2, else removed.
   */
  readonly action: Action
  /** What an option makes of it, K or C. */
  readonly options: ReadonlyMap<string, Action>
}

/** The standard and edition that the table is from. */
export const profileStandard = profile.standard

const rows = new Map(profile.rows.map(rowOf))
const safePrivate = new Set(profile.safePrivate)

/**
 * The row of a standard element; undefined where the profile lets it be. Repeating groups are 50xx and 60xx.
 */
export function profileRow(tag: number): ProfileRow | undefined {
  const found = rows.get(hexadecimal(tag))
  if (found !== undefined) return found
  if (isRepeating(tag, 0x5000)) return rows.get('50xxxxxx')
  return isRepeating(tag, 0x6000) ? rows.get(`60xx${hexadecimal(tag).slice(4)}`) : undefined
}

/**
 * Whether a tag is of a group that repeats: curves from 5000 on, overlays from 6000 on (PS3.5 section 7.6).
 */
export function isRepeating(tag: number, first: 0x5000 | 0x6000): boolean {
  const group = groupOf(tag)
  return group % 2 === 0 && group >= first && group <= first + 0xff
}

/** Whether table E.3.10-1 lists a private element as safe. @param vr as the file has it, or undefined */
export function isSafePrivate(tag: number, creator: string, vr: string | undefined): boolean {
  const digits = hexadecimal(tag)
  const place = `${digits.slice(0, 4)}xx${digits.slice(6)}`
  const listed = (each: string) => safePrivate.has(`${place} ${each} ${creator}`)
  return vr === undefined || vr === 'UN' ? safePrivateVrs.some(listed) : listed(vr)
}

const safePrivateVrs = [...new Set(profile.safePrivate.map((row) => row.slice(9, 11)))]

function rowOf(text: string): readonly [string, ProfileRow] {
  const [tag = '', vr = '', , action = '', ...options] = text.split(' ')
  const entries = options
    .map((each) => each.split('='))
    .map(([name = '', to = '']) => [name, actionOf(to)] as const)
  return [tag, { vr, action: actionOf(action), options: new Map(entries) }]
}

/** Anything that is no action is removed: the safe way. */
function actionOf(letter: string): Action {
  return (['X', 'Z', 'D', 'U', 'K', 'C'] as const).find((each) => each === letter) ?? 'X'
}

function hexadecimal(tag: number): string {
  return tag.toString(16).padStart(8, '0')
}

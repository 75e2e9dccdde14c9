import { RadversaryError } from '../../errors.ts'
import type { StoredFrame } from '../image.ts'
import type { Code } from '../write/codes.ts'
import { type ProfileOption, profileOptions, profileStandard } from './profile.ts'

/** A rectangle of pixels of every frame, counted from the top left. */
export interface PixelRegion {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What of the profile's options is wanted. */
export interface DeidentificationPolicy {
  readonly options: ReadonlySet<ProfileOption>
  /** Tags of descriptors that the user has looked at: they hold no identity. */
  readonly keep: ReadonlySet<number>
  /** Pixels that become black. */
  readonly regions: readonly PixelRegion[]
}

/** @throws RadversaryError usage for options that contradict each other */
export function checkPolicy({ options, keep }: DeidentificationPolicy): void {
  if (options.has('retain-full-dates') && options.has('retain-shifted-dates'))
    throw contradiction(
      'one of retain-full-dates and retain-shifted-dates, got both',
      'Leave one of them out.',
    )
  if (options.has('clean-descriptors') !== keep.size > 0)
    throw contradiction(
      'clean-descriptors together with the descriptors to keep, got one of them',
      'Name the descriptors that hold no identity, or leave clean-descriptors out: then all are removed.',
    )
}

function contradiction(expected: string, tip: string): RadversaryError {
  return new RadversaryError('usage', `De-identification: expected ${expected}`, { tip })
}

const dcm = (value: string, meaning: string): Code => ({ value, scheme: 'DCM', meaning })

/** De-identification methods, context group 7050 (PS3.16). */
const methodCodes: Readonly<Record<ProfileOption, Code>> = {
  'clean-descriptors': dcm('113105', 'Clean Descriptors Option'),
  'retain-full-dates': dcm('113106', 'Retain Longitudinal Temporal Information Full Dates Option'),
  'retain-shifted-dates': dcm('113107', 'Retain Longitudinal Temporal Information Modified Dates Option'),
  'retain-patient-characteristics': dcm('113108', 'Retain Patient Characteristics Option'),
  'retain-device': dcm('113109', 'Retain Device Identity Option'),
  'retain-uids': dcm('113110', 'Retain UIDs Option'),
  'retain-safe-private': dcm('113111', 'Retain Safe Private Option'),
  'retain-institution': dcm('113112', 'Retain Institution Identity Option'),
}

/** What De-identification Method Code Sequence (0012,0064) says of a policy. */
export function methodsOf({ options, regions }: DeidentificationPolicy): readonly Code[] {
  return [
    dcm('113100', 'Basic Application Confidentiality Profile'),
    ...(regions.length > 0 ? [dcm('113101', 'Clean Pixel Data Option')] : []),
    ...[...options].map((option) => methodCodes[option]).sort((a, b) => (a.value < b.value ? -1 : 1)),
  ]
}

/** Options that codes of that sequence name. */
export function optionsOfMethods(values: readonly (string | undefined)[]): readonly ProfileOption[] {
  return profileOptions.filter((option) => values.includes(methodCodes[option].value))
}

/** Tags of what is said of a de-identification (PS3.3 C.7.1.1, C.12.1.1.7). */
export const statementTags = {
  PatientIdentityRemoved: 0x00120062,
  DeidentificationMethod: 0x00120063,
  DeidentificationMethodCodeSequence: 0x00120064,
  LongitudinalTemporalInformationModified: 0x00280303,
} as const

/** De-identification Method (0012,0063). */
export const methodText = `Radversary, Basic Profile of ${profileStandard}`

/** Longitudinal Temporal Information Modified (0028,0303). */
export function temporalInformation({ options }: DeidentificationPolicy): string {
  if (options.has('retain-full-dates')) return 'UNMODIFIED'
  return options.has('retain-shifted-dates') ? 'MODIFIED' : 'REMOVED'
}

/** Frames whose regions are black: the lowest value that the frame has, the highest in MONOCHROME1. */
export function blackedOut(frames: readonly StoredFrame[], regions: readonly PixelRegion[]): StoredFrame[] {
  return frames.map((frame) => {
    const values = frame.values.slice()
    const black = blackOf(frame)
    for (const region of regions) blacken(values, frame, region, black)
    return { ...frame, values }
  })
}

function blackOf({ values, photometric }: StoredFrame): number {
  const further = photometric === 'MONOCHROME1' ? Math.max : Math.min
  let black = photometric === 'MONOCHROME1' ? -Infinity : Infinity
  for (const value of values) black = further(black, value)
  return black
}

function blacken(
  values: StoredFrame['values'],
  { columns, rows, samplesPerPixel }: StoredFrame,
  { x, y, width, height }: PixelRegion,
  black: number,
): void {
  const [left, right] = [Math.min(x, columns), Math.min(x + width, columns)]
  for (let row = Math.min(y, rows); row < Math.min(y + height, rows); row++)
    values.fill(black, (row * columns + left) * samplesPerPixel, (row * columns + right) * samplesPerPixel)
}

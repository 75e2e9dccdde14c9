import { elements as dictionary } from '@iwharris/dicom-data-dictionary'
import { expect, test } from 'vitest'
import { tinyFile } from '../../../../test/support/tiny-instance.ts'
import type { StoredFrame } from '../image.ts'
import { encodeText } from '../write/encode-text.ts'
import {
  concatBytes,
  type DataElement,
  encodeElements,
  encodeItem,
  encodeRawElement,
} from '../write/encode.ts'
import { encodeFile, openInstance } from '../write/part10.ts'
import { itemsOf, textValue, valueBytes } from '../write/source-values.ts'
import { contribution, derivedLabels } from '../write/own-texts.ts'
import { tag } from '../write/tags.ts'
import { deidentifyInstance, type DeidentifyOptions } from './deidentify-instance.ts'
import profile from './profile.json' with { type: 'json' }
import type { ProfileOption } from './profile.ts'
import { pseudonymsOf } from './pseudonyms.ts'

const pseudonyms = pseudonymsOf(new Uint8Array(32).fill(7))
const vrOf = (at: number) => {
  const digits = at.toString(16).toUpperCase().padStart(8, '0')
  return dictionary[`(${digits.slice(0, 4)},${digits.slice(4)})`]?.vr.split(' ')[0]
}
const optionsOf = (...options: ProfileOption[]): DeidentifyOptions => ({
  policy: { options: new Set(options), keep: new Set(), regions: [] },
  ...{ pseudonyms, vrOf },
})
const basic = optionsOf()
const bytesOf = (text: string) => new TextEncoder().encode(text)
const raw = (at: number, as: string, value: Uint8Array | string): DataElement => ({
  ...{ tag: at, vr: 'bytes', as },
  value: typeof value === 'string' ? bytesOf(value) : value,
})
const clean = (more: readonly DataElement[], options = basic, explicit = true) =>
  deidentifyInstance(tinyFile(more, explicit), options)
const opened = (more: readonly DataElement[], options = basic, explicit = true) =>
  openInstance(clean(more, options, explicit).bytes)

/** Whether a name is anywhere in some bytes, as ASCII, Latin-1, UTF-8, UTF-16 or JIS. */
function holds(bytes: Uint8Array, name: string): boolean {
  const whole = Buffer.from(bytes)
  const forms = [Buffer.from(name, 'utf8'), Buffer.from(name, 'latin1'), Buffer.from(name, 'utf16le')]
  const swapped = Buffer.from(name, 'utf16le').swap16()
  return [...forms, swapped].some((form) => whole.includes(form))
}

const planted = 'ZACHARIAS'
const plantedUid = '1.2.826.0.1.61.99'
const plantedDate = '19610203'
/** A value of each VR that gives somebody away. */
function secretOf(vr: string): Uint8Array {
  if (vr === 'UI') return bytesOf(plantedUid)
  if (['DA', 'DT'].includes(vr)) return bytesOf(plantedDate)
  return bytesOf(planted.padEnd(16))
}
const secrets = [planted, plantedUid, plantedDate]

/** Every standard element of the table, but sequences, with a secret in it. */
const everyRow = profile.rows
  .map((row) => row.split(' '))
  .filter(([at = '', vr = '']) => /^[0-9a-f]{8}$/.test(at) && at >= '0008' && vr !== 'SQ')
  .filter(([at]) => !['00080018', '0020000d', '0020000e'].includes(at ?? ''))
  .map(([at = '', vr = '']) => raw(parseInt(at, 16), vr, secretOf(vr)))
const own = [
  raw(tag.SOPInstanceUID, 'UI', plantedUid),
  raw(tag.StudyInstanceUID, 'UI', plantedUid),
  raw(tag.SeriesInstanceUID, 'UI', plantedUid),
]

test.each([true, false])('no secret of any row of the table stays, explicit VR %s', (explicit) => {
  const { bytes } = clean([...own, ...everyRow], basic, explicit)
  expect(secrets.filter((secret) => holds(bytes, secret))).toEqual([])
})

test.each([true, false])('no secret stays in nested items, explicit VR %s', (explicit) => {
  const item = encodeItem(encodeElements(everyRow, explicit))
  const inner: DataElement = { tag: 0x00089215, vr: 'SQ', items: [item] }
  const deeper: DataElement = { tag: 0x52009229, vr: 'SQ', items: [[inner]] }
  const { bytes } = clean([...own, inner, deeper], basic, explicit)
  expect(secrets.filter((secret) => holds(bytes, secret))).toEqual([])
})

test('no secret stays in sequences that hide in UN, of a defined length', () => {
  const item = encodeItem(encodeElements(everyRow, false))
  const hidden = raw(0x00089215, 'UN', item)
  const { bytes } = clean([hidden])
  expect(secrets.filter((secret) => holds(bytes, secret))).toEqual([])
})

test('no secret stays in sequences of a table row that becomes a dummy', () => {
  const item = encodeItem(encodeElements(everyRow, true))
  const sequences = profile.rows
    .map((row) => row.split(' '))
    .filter(([at = '', vr]) => vr === 'SQ' && at >= '0008')
    .map(([at = '']): DataElement => ({ tag: parseInt(at, 16), vr: 'SQ', items: [item] }))
  const { bytes } = clean(sequences)
  expect(secrets.filter((secret) => holds(bytes, secret))).toEqual([])
})

test('nothing of the items of a sequence that becomes a dummy stays, not even codes', () => {
  const operator: DataElement = { tag: 0x00081072, vr: 'SQ', items: [[raw(tag.CodeValue, 'SH', planted)]] }
  expect(holds(clean([operator]).bytes, planted)).toBe(false)
})

test('private, unknown and padding elements, overlays and curves are removed', () => {
  const more = [
    raw(0x00091010, 'LO', planted),
    raw(0x00090010, 'LO', `${planted} MEDICAL`),
    raw(0x00101fff, 'LO', planted),
    raw(0x50003000, 'OW', planted),
    raw(0x60000022, 'LO', planted),
    raw(0x60003000, 'OW', planted),
    raw(0x60024000, 'LT', planted),
    raw(0xfffcfffc, 'OB', planted),
    raw(0x00420011, 'OB', `%PDF ${planted}`),
  ]
  const { bytes, deeds } = clean(more)
  expect(holds(bytes, planted)).toBe(false)
  expect(deeds.filter(({ action }) => action === 'X').map(({ tag: at }) => at)).toHaveLength(8)
})

test('preamble and file meta information are written anew', () => {
  const file = tinyFile()
  file.set(bytesOf(planted), 0)
  const meta = encodeElements([raw(0x00020016, 'AE', planted), raw(0x00020102, 'OB', planted)], true)
  const at = Buffer.from(file).indexOf(Buffer.from([0x02, 0x00, 0x10, 0x00]))
  const { bytes } = deidentifyInstance(concatBytes([file.subarray(0, at), meta, file.subarray(at)]), basic)
  expect(holds(bytes, planted)).toBe(false)
})

test.each([
  ['ISO_IR 100', 'Müllerstein^Jürgen'],
  ['ISO_IR 192', 'Müllerstein^Jürgen'],
  ['ISO 2022 IR 87', '山田^太郎'],
])('names in %s are gone, also where free text repeats them', (characterSet, name) => {
  const encoded = (text: string) => encodeText(text, 'LO', `\\${characterSet}`)
  const terms = characterSet.startsWith('ISO 2022') ? `\\${characterSet}` : characterSet
  const written = characterSet.startsWith('ISO 2022')
    ? encoded(`Yamada^Tarou=${name}`)
    : encodeText(name, 'LO', characterSet)
  const again = written.subarray(0, written.length)
  const { bytes } = clean([
    raw(tag.SpecificCharacterSet, 'CS', terms),
    raw(tag.PatientName, 'PN', written),
    raw(0x00081032, 'SQ', encodeItem(encodeRawElement(tag.CodeMeaning, 'LO', again, true))),
    raw(0x00081090, 'LO', written),
  ])
  expect(Buffer.from(bytes).includes(Buffer.from(written))).toBe(false)
  expect(holds(bytes, name.split('^')[0]!)).toBe(false)
})

test('says who the image is no longer of, and how that was done', () => {
  const source = opened([raw(tag.PatientName, 'PN', 'A^B'), raw(tag.PatientID, 'LO', '4711')])
  const id = textValue(source, tag.PatientID)
  expect(id).toMatch(/^RV[0-9A-Z]{12}$/)
  expect(textValue(source, tag.PatientName)).toBe(`${id}^`)
  expect(textValue(source, 0x00120062)).toBe('YES')
  expect(textValue(source, 0x00120063)).toContain(profile.standard)
  expect(textValue(source, 0x00280303)).toBe('REMOVED')
  const codes = itemsOf(source, 0x00120064).map((item) => textValue(item, tag.CodeValue))
  expect(codes).toEqual(['113100'])
})

test('the key decides pseudonyms, UIDs and the shift of dates, the same over files', () => {
  const elements = [raw(tag.PatientID, 'LO', '4711'), raw(tag.StudyDate, 'DA', '20200229')]
  const options = optionsOf('retain-shifted-dates')
  const [first, again] = [opened(elements, options), opened(elements, options)]
  const other = opened(elements, { ...options, pseudonyms: pseudonymsOf(new Uint8Array(32)) })
  for (const at of [tag.PatientID, tag.StudyDate, tag.SOPInstanceUID]) {
    expect(textValue(again, at)).toBe(textValue(first, at))
    expect(textValue(other, at)).not.toBe(textValue(first, at))
  }
  expect(textValue(first, tag.SOPInstanceUID)!.length).toBeLessThanOrEqual(64)
})

test('options keep what they name, and say so', () => {
  const elements = [
    raw(tag.StudyDate, 'DA', '20200229'),
    raw(0x00101010, 'AS', '050Y'),
    raw(tag.DeviceSerialNumber, 'LO', 'SN-1'),
  ]
  const kept = opened(
    elements,
    optionsOf('retain-full-dates', 'retain-patient-characteristics', 'retain-uids'),
  )
  expect(textValue(kept, tag.StudyDate)).toBe('20200229')
  expect(textValue(kept, 0x00101010)).toBe('050Y')
  expect(textValue(kept, tag.SOPInstanceUID)).toBe('2.25.1')
  expect(textValue(kept, tag.DeviceSerialNumber)).toBe('ANONYMIZED')
  expect(textValue(kept, 0x00280303)).toBe('UNMODIFIED')
  const codes = itemsOf(kept, 0x00120064).map((item) => textValue(item, tag.CodeValue))
  expect(codes).toEqual(['113100', '113106', '113108', '113110'])
})

test('a descriptor that the user vouches for is kept, unless it names the patient', () => {
  const keep = new Set([tag.SeriesDescription, tag.StudyDescription])
  const policy = { options: new Set(['clean-descriptors'] as const), keep, regions: [] }
  const source = opened(
    [
      raw(tag.PatientName, 'PN', 'Zacharias^Anna'),
      raw(tag.SeriesDescription, 'LO', 'Thorax nativ'),
      raw(tag.StudyDescription, 'LO', 'CT of ZACHARIAS'),
    ],
    { policy, pseudonyms, vrOf },
  )
  expect(textValue(source, tag.SeriesDescription)).toBe('Thorax nativ')
  expect(textValue(source, tag.StudyDescription)).toBe('ANONYMIZED')
})

test('safe private elements are kept with their creators, others of the group are not', () => {
  const more = [
    raw(0x00190010, 'LO', 'SIEMENS MR HEADER'),
    raw(0x0019100c, 'IS', '1000'),
    raw(0x00191099, 'LO', planted),
    raw(0x00210010, 'LO', planted),
  ]
  const source = opened(more, optionsOf('retain-safe-private'))
  expect(textValue(source, 0x0019100c)).toBe('1000')
  expect(textValue(source, 0x00190010)).toBe('SIEMENS MR HEADER')
  expect(valueBytes(source, 0x00191099)).toBeUndefined()
  expect(valueBytes(source, 0x00210010)).toBeUndefined()
})

test('what the profile does not touch stays, byte for byte', () => {
  const spacing = raw(tag.PixelSpacing, 'DS', '0.50\\0.5 ')
  const [before, after] = [openInstance(tinyFile([spacing])), opened([spacing])]
  for (const at of [tag.PixelSpacing, tag.PixelData, tag.Rows])
    expect(valueBytes(after, at)).toEqual(valueBytes(before, at))
})

test('burnt-in text is refused without a region, and blackened with one', () => {
  const burnt = [raw(tag.BurnedInAnnotation, 'CS', 'YES')]
  expect(() => clean(burnt)).toThrow(/Burned In Annotation/)
  const frame: StoredFrame = {
    rows: 2,
    columns: 2,
    samplesPerPixel: 1,
    photometric: 'MONOCHROME2',
    bitsStored: 12,
    signed: false,
    values: Uint16Array.of(1, 2, 3, 0xfff),
  }
  const policy = { ...basic.policy, regions: [{ x: 1, y: 0, width: 9, height: 9 }] }
  const source = opened(burnt, { ...basic, policy, frames: [frame] })
  expect(valueBytes(source, tag.PixelData)).toEqual(Uint8Array.of(1, 0xa0, 1, 0xb0, 3, 0xc0, 1, 0xd0))
  expect(textValue(source, tag.BurnedInAnnotation)).toBe('NO')
})

test('overlays in unused bits of the pixels are cleared', () => {
  const overlay: DataElement = { tag: 0x60000102, vr: 'US', value: [12] }
  const source = opened([overlay])
  expect(valueBytes(source, tag.PixelData)).toEqual(Uint8Array.of(1, 0, 2, 0, 3, 0, 0xff, 0x0f))
})

const comment = concatBytes([Uint8Array.of(0xff, 0xfe, 0, 2 + planted.length), bytesOf(planted)])
const scan = Uint8Array.of(0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9)
const jpeg = concatBytes([Uint8Array.of(0xff, 0xd8), comment, scan])
const even = (bytes: Uint8Array) => concatBytes([bytes, new Uint8Array(bytes.length % 2)])
const jpegSyntax = '1.2.840.10008.1.2.4.70'

/** A file of compressed pixels in these fragments. */
function compressed(fragments: readonly Uint8Array[], transferSyntaxUid = jpegSyntax): Uint8Array {
  const pixels = [new Uint8Array(), ...fragments].map(encodeItem)
  const header = Uint8Array.of(0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff)
  const end = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)
  const native = openInstance(tinyFile())
  const others = native.bytes.subarray(0, native.elements.at(-1)!.start)
  return encodeFile({
    ...{ sopClassUid: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUid: '2.25.1', transferSyntaxUid },
    dataSet: concatBytes([others, header, ...pixels, end]),
  })
}

const box = (type: string, content: Uint8Array) =>
  concatBytes([Uint8Array.of(0, 0, 0, 8 + content.length), bytesOf(type), content])
const jp2 = concatBytes([
  box('jP  ', Uint8Array.of(13, 10, 0x87, 10)),
  box('xml ', bytesOf(planted)),
  box(
    'jp2c',
    concatBytes([
      Uint8Array.of(0xff, 0x4f, 0xff, 0x64, 0, 4 + planted.length, 0, 1),
      bytesOf(planted),
      Uint8Array.of(0xff, 0x90, 0, 2, 1, 2, 3),
    ]),
  ),
])

test.each([
  ['a JPEG', [even(jpeg)], jpegSyntax],
  [
    'one with fill bytes',
    [even(concatBytes([jpeg.subarray(0, 2), Uint8Array.of(0xff), jpeg.subarray(2)]))],
    jpegSyntax,
  ],
  [
    'one whose comment goes on in the next fragment',
    [jpeg.subarray(0, 10), even(jpeg.subarray(10))],
    jpegSyntax,
  ],
  ['a JP2 file', [even(jp2)], '1.2.840.10008.1.2.4.90'],
])('comments in the header of %s are blanked, and nothing else of it', (_, fragments, syntax) => {
  const { bytes } = deidentifyInstance(compressed(fragments, syntax), basic)
  expect(holds(bytes, planted.slice(0, 4)) || holds(bytes, planted.slice(-4))).toBe(false)
  expect(
    Buffer.from(bytes).includes(
      Buffer.from(syntax === jpegSyntax ? scan : Uint8Array.of(0x90, 0, 2, 1, 2, 3)),
    ),
  ).toBe(true)
  expect(openInstance(bytes).transferSyntaxUid).toBe(syntax)
})

test('a video is refused, since texts in its stream are not found', () => {
  const file = compressed([Uint8Array.of(0, 0, 1, 0xb3)], '1.2.840.10008.1.2.4.100')
  expect(() => deidentifyInstance(file, basic)).toThrow(/Transfer syntax/)
})

test('documents and reports are refused', () => {
  expect(() => clean([raw(tag.SOPClassUID, 'UI', '1.2.840.10008.5.1.4.1.1.104.1')])).toThrow(/document/)
})

test('options that contradict each other are refused', () => {
  expect(() => clean([], optionsOf('retain-full-dates', 'retain-shifted-dates'))).toThrow(/one of/)
})

test('a true date is not kept beside shifted ones, whatever else is kept', () => {
  const calibrated = raw(0x00181200, 'DA', '20200229')
  const source = opened([calibrated], optionsOf('retain-device', 'retain-shifted-dates'))
  expect(textValue(source, 0x00181200)).toMatch(/^20[12]\d{5}$/)
  expect(textValue(source, 0x00181200)).not.toBe('20200229')
})

test('a region beside the image claims nothing of its pixels', () => {
  const policy = { ...basic.policy, regions: [{ x: 2, y: 0, width: 9, height: 9 }] }
  const beside = { ...basic, policy }
  expect(() => clean([raw(tag.BurnedInAnnotation, 'CS', 'YES')], beside)).toThrow(/Burned In Annotation/)
  const source = opened([], beside)
  expect(textValue(source, tag.BurnedInAnnotation)).toBeUndefined()
  expect(itemsOf(source, 0x00120064)).toHaveLength(1)
})

test.each(['OB', 'UT', '??'])('a sequence that calls itself %s is cleaned, or removed', (vr) => {
  const item = encodeItem(encodeElements([raw(tag.PatientName, 'PN', planted)], true))
  const { bytes } = clean([raw(0x00089215, vr, item)])
  expect(holds(bytes, planted)).toBe(false)
  expect(valueBytes(openInstance(bytes), tag.PixelData)).toBeDefined()
})

test.each<[string, string, ...DataElement[]]>([
  ['Kim^Li', 'seen by kim, or li'],
  ['Zacharias-Meyer^Anna', 'Frau Meyer'],
  ['^^', 'seen by Operator', raw(0x00081070, 'PN', 'Operator^Otto')],
])('free text that repeats a part of the name %s is replaced', (name, text, ...more) => {
  const source = opened([raw(tag.PatientName, 'PN', name), raw(0x00081090, 'LO', text), ...more])
  expect(textValue(source, 0x00081090)).toBe('ANONYMIZED')
})

test('a short name is no part of a longer word', () => {
  const source = opened([raw(tag.PatientName, 'PN', 'Li^Max'), raw(0x00081090, 'LO', 'Climax 3')])
  expect(textValue(source, 0x00081090)).toBe('Climax 3')
})

test('free text of an item is read in the character set of the item', () => {
  const item = encodeElements(
    [raw(tag.SpecificCharacterSet, 'CS', 'ISO_IR 192'), raw(tag.CodeMeaning, 'LO', 'Müllerstein')],
    true,
  )
  const name = [
    raw(tag.SpecificCharacterSet, 'CS', 'ISO_IR 100'),
    raw(tag.PatientName, 'PN', encodeText('Müllerstein', 'LO', 'ISO_IR 100')),
  ]
  const { bytes } = clean([...name, { tag: 0x00089215, vr: 'SQ', items: [encodeItem(item)] }])
  expect(holds(bytes, 'Müllerstein')).toBe(false)
})

test.each([true, false])(
  'names and dates that the table does not have are emptied, explicit VR %s',
  (explicit) => {
    const source = opened(
      [raw(0x00140102, 'DA', plantedDate), raw(0x00140104, 'PN', planted)],
      basic,
      explicit,
    )
    expect(valueBytes(source, 0x00140102)).toBeUndefined()
    expect(valueBytes(source, 0x00140104)).toBeUndefined()
  },
)

test('the label of an adversarial image stays, without what the source has added', () => {
  const comment = `${derivedLabels.adversarial}; ${planted} was here`
  const item = [{ tag: tag.ContributionDescription, vr: 'ST', value: contribution } as const]
  const image = opened([
    { tag: tag.SeriesDescription, vr: 'LO', value: `Adversarial (SMIA); ${planted}` },
    { tag: tag.ContributingEquipmentSequence, vr: 'SQ', items: [item] },
    { tag: tag.ImageComments, vr: 'LT', value: comment },
  ])
  expect(textValue(image, tag.SeriesDescription)).toBe('Adversarial')
  expect(textValue(image, tag.ImageComments)).toBe(derivedLabels.adversarial)
  const [equipment] = itemsOf(image, tag.ContributingEquipmentSequence)
  expect(equipment && textValue(equipment, tag.ContributionDescription)).toBe(contribution)
  expect(holds(image.bytes, planted)).toBe(false)
})

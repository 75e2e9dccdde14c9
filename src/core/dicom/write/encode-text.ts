import { decodeText } from '../charset.ts'
import { longest, type FreeTextVr } from './encode.ts'

/** Characters of one set that a Specific Character Set names, and how their bytes are reached. */
interface Repertoire {
  /** What designates the set (PS3.3 table C.12-3 and C.12-4), the ESC included; '' where none is needed. */
  readonly escape: string
  /** Codes without the escape sequence, as text of one character a byte. */
  readonly codes: ReadonlyMap<string, string>
}

type CodeRange = readonly [first: number, last: number]

/** A multi-byte set: ranges of lead and trail bytes. */
interface MultiByte {
  readonly lead: CodeRange
  readonly trail: CodeRange
}

const rightHalf: CodeRange = [0xa1, 0xfe]
const leftHalf: CodeRange = [0x21, 0x7e]

/** Escape sequences that designate a set of code extensions, by their defined term. */
const escapes: Readonly<Record<string, string>> = {
  'ISO 2022 IR 100': '\x1b-A',
  'ISO 2022 IR 101': '\x1b-B',
  'ISO 2022 IR 109': '\x1b-C',
  'ISO 2022 IR 110': '\x1b-D',
  'ISO 2022 IR 144': '\x1b-L',
  'ISO 2022 IR 127': '\x1b-G',
  'ISO 2022 IR 126': '\x1b-F',
  'ISO 2022 IR 138': '\x1b-H',
  'ISO 2022 IR 148': '\x1b-M',
  'ISO 2022 IR 203': '\x1b-b',
  'ISO 2022 IR 166': '\x1b-T',
  'ISO 2022 IR 13': '\x1b)I',
  'ISO 2022 IR 87': '\x1b$B',
  'ISO 2022 IR 149': '\x1b$)C',
  'ISO 2022 IR 58': '\x1b$)A',
}

const multiByte: Readonly<Record<string, MultiByte>> = {
  'ISO 2022 IR 87': { lead: leftHalf, trail: leftHalf },
  'ISO 2022 IR 149': { lead: rightHalf, trail: rightHalf },
  'ISO 2022 IR 58': { lead: rightHalf, trail: rightHalf },
  GBK: { lead: [0x81, 0xfe], trail: [0x40, 0xfe] },
  GB18030: { lead: [0x81, 0xfe], trail: [0x40, 0xfe] },
}

const asciiEscape = '\x1b(B'
/** The one set here whose codes look like ASCII, so that ASCII must be designated again after it. */
const japaneseEscape = '\x1b$B'
const unicode = 'ISO_IR 192'

/**
 * Free text as the bytes of a LO, SH, ST or LT in a Specific Character Set (0008,0005): NFC, without control
 * characters, cut to what the VR holds. A letter that the set doesn't have becomes its base letter ("ä" is
 * written "a"), and "?" where it has none in ASCII. A backslash would part values in a LO or SH and becomes a
 * slash there. Source: PS3.5 sections 6.1 and 6.2, PS3.3 C.12.1.1.2.
 */
export function encodeText(text: string, vr: FreeTextVr, characterSet: string | undefined): Uint8Array {
  const cleaned = firstCharacters(cleanedText(text, vr), longest[vr]).trimEnd()
  if (termsOf(characterSet)[0] === unicode) return new TextEncoder().encode(cleaned)
  const repertoires = repertoiresOf(characterSet, cleaned)
  const written = charactersOf(cleaned)
    .map((letter) => writable(letter, repertoires))
    .join('')
  const initial = escapes[termsOf(characterSet)[0] ?? ''] ?? ''
  return bytesOf(designated(firstCharacters(written, longest[vr]), initial, repertoires))
}

/** Whether every character of a text can be written in a character set. */
export function canEncode(text: string, characterSet: string | undefined): boolean {
  if (termsOf(characterSet)[0] === unicode) return true
  const letters = text.normalize('NFC')
  const repertoires = repertoiresOf(characterSet, letters)
  return charactersOf(letters).every((letter) => isAscii(letter) || isIn(repertoires, letter))
}

/** A text's characters as DICOM counts them: code points. */
export function charactersOf(text: string): string[] {
  return Array.from(text)
}

/** The first `count` characters. */
export function firstCharacters(text: string, count: number): string {
  return charactersOf(text).slice(0, Math.max(0, count)).join('')
}

/** A text's base letters in ASCII, "?" for what has none. */
export function asciiLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e\r\n]/gu, '?')
}

function cleanedText(text: string, vr: FreeTextVr): string {
  const isLong = vr === 'LT' || vr === 'ST'
  const cleaned = text.normalize('NFC').replace(isLong ? /(?![\r\n])\p{C}/gu : /\p{C}/gu, '?')
  return isLong ? cleaned : cleaned.replaceAll('\\', '/')
}

function writable(letter: string, repertoires: readonly Repertoire[]): string {
  return isAscii(letter) || isIn(repertoires, letter) ? letter : asciiLetters(letter)
}

function isAscii(letter: string): boolean {
  return /^[\x20-\x7e\r\n]$/.test(letter)
}

function isIn(repertoires: readonly Repertoire[], letter: string): boolean {
  return repertoires.some(({ codes }) => codes.has(letter))
}

/** One character a byte: codes, each run of a set after its escape sequence; ends with ASCII designated. */
function designated(text: string, initial: string, repertoires: readonly Repertoire[]): string {
  let active = initial
  let bytes = ''
  const enter = (escape: string) => {
    if (escape !== active) bytes += escape
    active = escape
  }
  for (const letter of text) {
    const of = isAscii(letter) ? undefined : repertoires.find(({ codes }) => codes.has(letter))
    if (of !== undefined) enter(of.escape)
    else if (active === japaneseEscape) enter(asciiEscape)
    bytes += of?.codes.get(letter) ?? letter
  }
  return active === japaneseEscape ? bytes + asciiEscape : bytes
}

/** What a character set holds besides ASCII; nothing is looked up for a text that is all ASCII. */
function repertoiresOf(characterSet: string | undefined, text: string): readonly Repertoire[] {
  if (charactersOf(text).every(isAscii)) return []
  return termsOf(characterSet).flatMap((term, place) => repertoireOf(term, place === 0))
}

function termsOf(characterSet: string | undefined): string[] {
  return (characterSet ?? '').split('\\').map((term) => term.trim())
}

const known = new Map<string, Repertoire>()

function repertoireOf(term: string, isFirst: boolean): Repertoire[] {
  const escape = escapes[term] ?? ''
  if (term === '' || (escape === '' && !isFirst)) return []
  const repertoire = known.get(term) ?? { escape, codes: codesOf(term, escape) }
  known.set(term, repertoire)
  return [repertoire]
}

/** The inverse of `decodeText`, code by code. */
function codesOf(term: string, escape: string): Map<string, string> {
  const codes = new Map<string, string>()
  for (const code of codesToTry(multiByte[term])) {
    const [letter = '', ...more] = decodeText(bytesOf(escape + code), term)
    if (more.length === 0 && letter !== '\ufffd' && !codes.has(letter) && !/\p{C}/u.test(letter))
      codes.set(letter, code)
  }
  return codes
}

function codesToTry(set: MultiByte | undefined): string[] {
  if (set === undefined) return range([0xa0, 0xff])
  return range(set.lead).flatMap((lead) => range(set.trail).map((trail) => lead + trail))
}

function range([first, last]: CodeRange): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i))
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

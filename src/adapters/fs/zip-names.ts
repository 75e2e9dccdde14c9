import { getFileNameLowLevel, type ExtraField } from 'yauzl'

/** A member's name as the archive's directory has it. */
export interface RawName {
  readonly bytes: Buffer
  readonly flags: number
  readonly extraFields: ExtraField[]
}

const utf8Flag = 0x800
const unicodePathField = 0x7075

/**
 * The members' names, parted by /. A name's own Unicode field or UTF-8 flag comes first (PKWARE APPNOTE 4.4.4
 * and 4.6.9). The others are of one encoding for the whole archive: UTF-8, Shift-JIS or GB18030 where all of
 * them are text in it, else CP437 (APPNOTE appendix D).
 */
export function decodeNames(names: readonly RawName[]): string[] {
  const untold = names.filter((name) => !isTold(name) && !isAscii(name.bytes))
  const decode = untold.length === 0 ? cp437 : guessedEncoding(untold.map(({ bytes }) => bytes))
  return names.map((name) =>
    isTold(name) || isAscii(name.bytes)
      ? getFileNameLowLevel(name.flags, name.bytes, name.extraFields, false)
      : decode(name.bytes).replaceAll('\\', '/'),
  )
}

type Decode = (bytes: Buffer) => string

function isTold({ flags, extraFields }: RawName): boolean {
  return (flags & utf8Flag) !== 0 || extraFields.some(({ id }) => id === unicodePathField)
}

function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80)
}

function cp437(bytes: Buffer): string {
  return getFileNameLowLevel(0, bytes, [], true)
}

function guessedEncoding(names: readonly Buffer[]): Decode {
  const fits = (encoding: string, isText: (text: string, bytes: Buffer) => boolean): Decode | undefined => {
    const decoder = new TextDecoder(encoding, { fatal: true })
    const decode = (bytes: Buffer) => decoder.decode(bytes)
    try {
      return names.every((bytes) => isText(decode(bytes), bytes)) ? decode : undefined
    } catch {
      return undefined
    }
  }
  return (
    fits('utf-8', () => true) ??
    fits('shift_jis', isEastAsian) ??
    fits('gb18030', (text, bytes) => isEastAsian(text) && !isLatin(cp437(bytes))) ??
    cp437
  )
}

/** One character that is not ASCII by itself, or two, within a word of ASCII letters. */
const loneInWord = /[a-z][^\0-\x7f](?![^\0-\x7f])|(?<![^\0-\x7f])[^\0-\x7f][a-z]/iu
const pairInWord = /[a-z][^\0-\x7f]{2}(?![^\0-\x7f])|(?<![^\0-\x7f])[^\0-\x7f]{2}[a-z]/u

/**
 * Whether all that is not ASCII is kanji or kana, in runs as they are written: an accented letter of CP437
 * and the letter after it also make a kanji, but one alone among letters.
 */
function isEastAsian(text: string): boolean {
  const isText = /^[\0-\x7f\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}々〇ー・]*$/u.test(text)
  return isText && !loneInWord.test(text) && !pairInWord.test(text)
}

function isLatin(text: string): boolean {
  return /^[\0-\x7f\p{Script=Latin}]*$/u.test(text)
}

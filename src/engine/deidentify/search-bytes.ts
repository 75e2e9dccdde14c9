/**
 * Shorter words are in pixels and hashes by chance: they are looked for in texts alone, between other
 * characters than letters and digits.
 */
const shortestAnywhere = 6

/** Looks for words in some bytes, in letters of whatever case. */
export type WordSearch = (bytes: Uint8Array) => boolean

/**
 * A search for words as UTF-8, Latin-1 and UTF-16 in both orders, in small letters, capitals or with a
 * capital first, their accents composed or not. @param words in small letters
 */
export function searchFor(words: readonly string[]): WordSearch {
  const forms = formsOf(words.filter((word) => word.length >= shortestAnywhere))
  const short = words.filter((word) => word.length < shortestAnywhere).map(escapedWord)
  const apart = new RegExp(`(?<![\\p{L}\\p{N}])(?:${short.join('|')})(?![\\p{L}\\p{N}])`, 'iu')
  return (bytes) => holdsForm(bytes, forms) || (short.length > 0 && textHolds(bytes, apart))
}

/** Whether some bytes are a text (by their beginning: without NUL) that holds this. */
export function textHolds(bytes: Uint8Array, pattern: RegExp): boolean {
  if (bytes.subarray(0, 4096).includes(0)) return false
  const decoder = new TextDecoder()
  return piecesOf(bytes).some((piece) => pattern.test(decoder.decode(piece)))
}

/** Words as they may lie in bytes, one character a byte. */
function formsOf(words: readonly string[]): readonly string[] {
  const forms = words
    .flatMap(spellings)
    .flatMap((word) => [
      Buffer.from(word, 'utf8').toString('latin1'),
      word,
      Buffer.from(word, 'utf16le').toString('latin1'),
      Buffer.from(word, 'utf16le').swap16().toString('latin1'),
    ])
  return [...new Set(forms.map((form) => form.toLowerCase()))]
}

/** Bytes of letters beyond ASCII have no case of their own. */
function spellings(word: string): string[] {
  const capital = word.charAt(0).toUpperCase() + word.slice(1)
  return [word, word.toUpperCase(), capital].flatMap((each) => [each.normalize('NFC'), each.normalize('NFD')])
}

/** A word as a pattern that finds it and nothing else. */
export function escapedWord(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/**
 * Bytes that are searched at once, since a string has a greatest length; pieces overlap by as much as a word
 * may have.
 */
const pieceBytes = 2 ** 24
const overlap = 1024

function piecesOf(bytes: Uint8Array): Buffer[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, n) =>
    whole.subarray(n * pieceBytes, (n + 1) * pieceBytes + overlap),
  )
}

function holdsForm(bytes: Uint8Array, forms: readonly string[]): boolean {
  if (forms.length === 0) return false
  return piecesOf(bytes).some((piece) => {
    const text = piece.toString('latin1').toLowerCase()
    return forms.some((form) => text.includes(form))
  })
}

const [day, month, year] = ['(?:0?[1-9]|[12]\\d|3[01])', '(?:0?[1-9]|1[0-2])', '(?:19|20)\\d\\d']
const time = '(?:[01]\\d|2[0-3])(?:[0-5]\\d){2}'
const dates = [
  `${year}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?:${time})?`,
  ...['-', '\\.', '/'].flatMap((by) => [
    [year, month, day].join(by),
    [day, month, year].join(by),
    [month, day, year].join(by),
  ]),
]

/**
 * Dates of 1900 to 2099 by themselves, not in a hash or a longer number: YYYYMMDD, also with a time; year,
 * month and day, or day and month in either order and year, parted by a hyphen, dot or slash.
 */
export const dated = new RegExp(`(?<![\\w.-])(?:${dates.join('|')})(?=T\\d|(?![\\w-]|\\.\\d))`)

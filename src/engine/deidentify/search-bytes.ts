/**
 * Shorter words are in pixels and hashes by chance: they are looked for in texts alone, between other characters
 * than letters and digits.
 */
const shortestAnywhere = 6

/** Looks for words in some bytes, in letters of whatever case. */
export type WordSearch = (bytes: Uint8Array) => boolean

/** A search for words as UTF-8, Latin-1 and UTF-16 in both orders. @param words in small letters */
export function searchFor(words: readonly string[]): WordSearch {
  const forms = formsOf(words.filter((word) => word.length >= shortestAnywhere))
  const short = words.filter((word) => word.length < shortestAnywhere).map(escaped)
  const apart = new RegExp(`(?<![\\p{L}\\p{N}])(?:${short.join('|')})(?![\\p{L}\\p{N}])`, 'iu')
  return (bytes) =>
    holdsForm(bytes, forms) ||
    (short.length > 0 && isText(bytes) && apart.test(new TextDecoder().decode(bytes)))
}

/** Whether some bytes are a text, by their beginning: without NUL. */
export function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 4096).includes(0)
}

/** Words as they may lie in bytes, one character a byte. */
function formsOf(words: readonly string[]): readonly string[] {
  const forms = words.flatMap((word) => [
    Buffer.from(word, 'utf8').toString('latin1'),
    word,
    Buffer.from(word, 'utf16le').toString('latin1'),
    Buffer.from(word, 'utf16le').swap16().toString('latin1'),
  ])
  return [...new Set(forms.map((form) => form.toLowerCase()))]
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Bytes that are searched at once; pieces overlap by as much as a word may have. */
const pieceBytes = 2 ** 24
const overlap = 1024

function holdsForm(bytes: Uint8Array, forms: readonly string[]): boolean {
  if (forms.length === 0) return false
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < whole.length; at += pieceBytes) {
    const end = Math.min(whole.length, at + pieceBytes + overlap)
    const piece = whole.toString('latin1', at, end).toLowerCase()
    if (forms.some((form) => piece.includes(form))) return true
  }
  return false
}

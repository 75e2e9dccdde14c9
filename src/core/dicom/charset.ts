/** Defined terms of Specific Character Set (PS3.3 C.12.1.1.2) as labels of the Encoding standard. */
const labels: Readonly<Record<string, string>> = {
  'ISO_IR 100': 'iso-8859-1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
}

/**
 * Escape sequences of PS3.3 table C.12-3 and C.12-4, without the ESC: which decoder the bytes after them are
 * for.
 */
const escapes: Readonly<Record<string, string>> = {
  '(B': 'iso-8859-1',
  '-A': 'iso-8859-1',
  '-B': 'iso-8859-2',
  '-C': 'iso-8859-3',
  '-D': 'iso-8859-4',
  '-L': 'iso-8859-5',
  '-G': 'iso-8859-6',
  '-F': 'iso-8859-7',
  '-H': 'iso-8859-8',
  '-M': 'windows-1254',
  '-b': 'iso-8859-15',
  '-T': 'windows-874',
  ')I': 'shift_jis',
  '(J': 'shift_jis',
  $B: 'iso-2022-jp',
  '$)C': 'euc-kr',
  '$)A': 'gbk',
}

const escape = 0x1b

/**
 * Text of a LO, PN, SH, … value; unknown bytes become U+FFFD, so that an odd character set never hides a
 * file.
 */
export function decodeText(bytes: Uint8Array, specificCharacterSet: string | undefined): string {
  const first = labelOf(specificCharacterSet?.split('\\')[0])
  const segments = splitAtEscapes(bytes)
  return segments
    .map((segment, index) => (index === 0 ? decodeAs(first, segment) : decodeSegment(segment, first)))
    .join('')
}

/**
 * ISO 2022 terms name the same repertoires as the ISO_IR ones; an absent or unknown term is taken as Latin-1,
 * which holds ASCII.
 */
function labelOf(term: string | undefined): string {
  const plain = (term ?? '').trim().replace('ISO 2022 IR', 'ISO_IR')
  return labels[plain] ?? 'iso-8859-1'
}

function splitAtEscapes(bytes: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = []
  let start = 0
  for (let at = bytes.indexOf(escape); at >= 0; at = bytes.indexOf(escape, at + 1)) {
    segments.push(bytes.subarray(start, at))
    start = at
  }
  segments.push(bytes.subarray(start))
  return segments
}

/** A segment begins with its escape sequence; ISO-2022-JP's decoder wants to see it, the others don't. */
function decodeSegment(segment: Uint8Array, fallback: string): string {
  const sequence = String.fromCharCode(...segment.subarray(1, 4))
  const known = Object.keys(escapes).find((candidate) => sequence.startsWith(candidate))
  if (known === undefined) return decodeAs(fallback, segment.subarray(1))
  const label = escapes[known] ?? fallback
  return decodeAs(label, label === 'iso-2022-jp' ? segment : segment.subarray(1 + known.length))
}

function decodeAs(label: string, bytes: Uint8Array): string {
  return new TextDecoder(label).decode(bytes)
}

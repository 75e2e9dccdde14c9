import type { RandomSource } from '../../src/core/random.ts'

/** `remove` bytes at a place give way to others. */
export interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

/** What may be written over a file's text: values that parsers find hard. */
export interface Dictionary {
  /** Places of the text that are replaced whole. */
  readonly token: RegExp
  readonly values: readonly string[]
}

/** Numbers below a limit. */
export function below(random: RandomSource, limit: number): number {
  return Math.min(limit - 1, Math.floor(random.open() * limit))
}

/** One of a list that is not empty. */
export function pick<T>(values: readonly T[], random: RandomSource): T {
  const value = values[below(random, values.length)]
  if (value === undefined) throw new Error('expected a list that is not empty')
  return value
}

/**
 * One to four edits: a bit flipped, a byte set, bytes cut out, repeated or cut off; and, for texts, a token
 * replaced, which is likelier.
 */
export function randomEdits(bytes: Uint8Array, random: RandomSource, dictionary?: Dictionary): Edit[] {
  const tokens = dictionary === undefined ? [] : tokensOf(bytes, dictionary)
  return Array.from({ length: 1 + below(random, 4) }, () =>
    dictionary !== undefined && tokens.length > 0 && random.open() < 0.7
      ? tokenEdit(tokens, dictionary, random)
      : byteEdit(bytes, random),
  )
}

function byteEdit(bytes: Uint8Array, random: RandomSource): Edit {
  // Headers lie at the beginning: half of the edits go there.
  const within = random.open() < 0.5 ? Math.min(bytes.length, 2048) : bytes.length
  const at = below(random, within)
  const length = 1 + below(random, Math.min(64, bytes.length - at))
  const kind = random.open()
  if (kind < 0.4) return { at, remove: 1, insert: Uint8Array.of((bytes[at] ?? 0) ^ (1 << below(random, 8))) }
  if (kind < 0.7)
    return { at, remove: 1, insert: Uint8Array.of([0, 1, 0x7f, 0x80, 0xff][below(random, 5)] ?? 0) }
  if (kind < 0.8) return { at, remove: length, insert: new Uint8Array() }
  if (kind < 0.9) return { at, remove: 0, insert: bytes.slice(at, at + length) }
  if (kind < 0.97) return { at, remove: length, insert: bytes.slice(0, length) }
  return { at, remove: bytes.length - at, insert: new Uint8Array() }
}

interface Token {
  readonly at: number
  readonly length: number
}

function tokensOf(bytes: Uint8Array, { token }: Dictionary): Token[] {
  // One character a byte, so that places in the text are places in the file.
  const text = Buffer.from(bytes).toString('latin1')
  return [...text.matchAll(token)].map((found) => ({ at: found.index, length: found[0].length }))
}

function tokenEdit(tokens: readonly Token[], { values }: Dictionary, random: RandomSource): Edit {
  const token = tokens[below(random, tokens.length)] ?? { at: 0, length: 0 }
  const value = values[below(random, values.length)] ?? ''
  return { at: token.at, remove: token.length, insert: new TextEncoder().encode(value) }
}

/** The file with all edits made, from its end to its beginning. */
export function edited(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const sorted = [...edits].sort((a, b) => b.at - a.at)
  return sorted.reduce<Uint8Array>(
    (all, { at, remove, insert }) => Buffer.concat([all.subarray(0, at), insert, all.subarray(at + remove)]),
    bytes,
  )
}

/**
 * The fewest edits, then the shortest file, that are still `bad`: edits are left out one by one, then the end
 * is cut off by halves.
 */
export async function smallest(
  bytes: Uint8Array,
  edits: readonly Edit[],
  bad: (file: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let kept = edits
  for (const edit of edits) {
    const fewer = kept.filter((other) => other !== edit)
    if (await bad(edited(bytes, fewer))) kept = fewer
  }
  let file = edited(bytes, kept)
  for (let cut = file.length >> 1; cut > 0; cut >>= 1)
    while (file.length > cut && (await bad(file.subarray(0, file.length - cut))))
      file = file.subarray(0, file.length - cut)
  return file
}

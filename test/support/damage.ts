import { decodeFrame } from '../../src/core/dicom/decode.ts'
import type { StoredFrame } from '../../src/core/dicom/image.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { pixelMeaning } from '../../src/core/dicom/meaning.ts'
import { RadversaryError } from '../../src/core/errors.ts'
import type { RandomSource } from '../../src/core/random.ts'

/** Everywhere in the first 8 KiB, in which the headers lie. */
const headBytes = 0x2000
const step = 64

/**
 * Lengths to cut a file of `size` bytes down to: every 64th byte of the first 8 KiB and, of the rest, every
 * 64th byte or as many places of these as are allowed, evenly spread.
 */
export function truncationLengths(size: number, mostBeyondHead: number): number[] {
  const all = Array.from({ length: Math.ceil(size / step) }, (_, index) => index * step)
  const head = all.filter((length) => length < headBytes)
  const rest = all.slice(head.length)
  const stride = Math.max(1, Math.ceil(rest.length / mostBeyondHead))
  return [...head, ...rest.filter((_, index) => index % stride === 0)]
}

/** A copy with one to three bytes of a region changed: a bit flipped, or anything. */
export function changeBytes(
  bytes: Uint8Array,
  [first, end]: readonly [number, number],
  random: RandomSource,
): Uint8Array {
  const changed = bytes.slice()
  const below = (limit: number) => Math.floor(random.open() * limit)
  for (let count = 1 + below(3); count > 0; count--) {
    const at = first + below(end - first)
    changed[at] = random.open() < 0.5 ? (changed[at] ?? 0) ^ (1 << below(8)) : below(256)
  }
  return changed
}

/**
 * The header's meaning, then the first and the last frame of a file's bytes, or the error that says why not.
 */
export async function readFrames(
  bytes: Uint8Array,
  file = 'f.dcm',
): Promise<readonly StoredFrame[] | RadversaryError> {
  try {
    const instance = parseInstance(bytes, { file })
    pixelMeaning(instance, 0)
    return [await decodeFrame(instance, 0), await decodeFrame(instance, instance.numberOfFrames - 1)]
  } catch (error) {
    if (error instanceof RadversaryError && error.code.startsWith('dicom-') && error.file === file)
      return error
    throw error
  }
}

/** Processor time of a call in ms; unlike the clock's it is the same on a busy machine. */
export async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

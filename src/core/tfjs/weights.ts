import { RadversaryError } from '../errors.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { TfjsManifest, TfjsWeightGroup, TfjsWeightSpec } from './manifest.ts'

/**
 * All weights one after the other, as the manifest lists them, quantised where they are. @param shards
 * contents by the paths that the manifest names. Throws `model-unreadable` for a missing shard, and for
 * shards that are shorter or longer than their weights.
 */
export function weightBytes(
  { groups }: TfjsManifest,
  shards: Readonly<Record<string, Uint8Array>>,
  file: string,
): Uint8Array {
  return joined(groups.map((group) => groupBytes(group, shards, file)))
}

function groupBytes(
  { paths, weights }: TfjsWeightGroup,
  shards: Readonly<Record<string, Uint8Array>>,
  file: string,
): Uint8Array {
  const parts = paths.map((path) => {
    const part = shards[path]
    if (part === undefined)
      throw unreadable(
        `the shard ${path}`,
        'none',
        file,
        'Copy all of the model’s .bin files beside model.json.',
      )
    return part
  })
  const whole = joined(parts)
  const expected = weights.reduce((sum, spec) => sum + byteLength(spec), 0)
  if (expected === whole.length) return whole
  const tip = 'A shard is damaged or belongs to another model: copy the shards anew.'
  throw unreadable(`${expected} bytes of weights in ${paths.join(', ')}`, String(whole.length), file, tip)
}

const widths = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const

function byteLength({ shape, dtype, quantization }: TfjsWeightSpec): number {
  return sizeOf(shape) * widths[quantization?.dtype ?? dtype]
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function unreadable(expected: string, got: string, file: string, tip: string): RadversaryError {
  return new RadversaryError('model-unreadable', `TensorFlow.js weights: expected ${expected}, got ${got}`, {
    file,
    tip,
  })
}

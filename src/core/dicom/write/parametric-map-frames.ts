import { RadversaryError, internalError } from '../../errors.ts'
import { frameGeometries, type FrameGeometry } from './geometry.ts'
import type { SourceInstance } from './part10.ts'
import { frameCount, requiredUnsigned } from './source-values.ts'
import { tag } from './tags.ts'

/** One frame of a parametric map: one channel of one frame of the source. */
export interface MapFrame {
  readonly values: Float32Array
  /** Number of the source's frame, from 1. */
  readonly frameNumber: number
  /** 1; for colours 1 red, 2 green, 3 blue. */
  readonly channel: number
  readonly geometry: FrameGeometry
}

/** Frames of one sample each, all of the first channel first, so that each channel is a stack. */
export function splitChannels(source: SourceInstance, frames: readonly Float32Array[]): MapFrame[] {
  const pixels = requiredUnsigned(source, tag.Rows, 'Rows') * requiredUnsigned(source, tag.Columns, 'Columns')
  const channels = (frames[0]?.length ?? 0) / pixels
  const count = frameCount(source)
  if (frames.length !== count || (channels !== 1 && channels !== 3)) {
    throw misfit(
      `expected ${count} frames of ${pixels} or ${3 * pixels} values, got ${frames.length} of ${frames[0]?.length ?? 0}`,
    )
  }
  const geometries = frameGeometries(source)
  return Array.from({ length: channels }, (_, channel) =>
    frames.map((values, index) => {
      if (values.length !== channels * pixels)
        throw misfit(`frame ${index + 1}: expected ${channels * pixels} values, got ${values.length}`)
      const geometry = geometries[index]
      if (geometry === undefined) throw internalError('a frame without geometry reached the parametric map')
      return {
        values: channelOf(values, channel, channels),
        frameNumber: index + 1,
        channel: channel + 1,
        geometry,
      }
    }),
  ).flat()
}

function channelOf(values: Float32Array, channel: number, channels: number): Float32Array {
  if (!values.every((value) => Number.isFinite(value)))
    throw misfit('expected finite values, got NaN or infinity')
  return channels === 1 ? values : values.filter((_, index) => index % channels === channel)
}

/** Float Pixel Data (7FE0,0008): the frames' values as little-endian float32. */
export function floatBytes(frames: readonly MapFrame[]): Uint8Array {
  const pixels = frames[0]?.values.length ?? 0
  const bytes = new Uint8Array(frames.length * pixels * 4)
  const view = new DataView(bytes.buffer)
  frames.forEach(({ values }, frame) => {
    values.forEach((value, pixel) => {
      view.setFloat32((frame * pixels + pixel) * 4, value, true)
    })
  })
  return bytes
}

function misfit(message: string): RadversaryError {
  return new RadversaryError('tensor-invalid', `Parametric map: ${message}`)
}

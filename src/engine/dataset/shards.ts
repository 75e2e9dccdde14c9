import type { ExportWriter } from '../../adapters/fs/export-folder.ts'
import { npyOf } from '../../adapters/images/write-pictures.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'

/** Values of a shard at most: 64 MB of 16 bits, which a loader opens at once. */
const mostValues = 32 * 1024 * 1024

interface OpenShard {
  readonly path: string
  readonly images: ImagePixels[]
}

/** Where an image stands among arrays that are written once they are full. */
export interface ShardPlace {
  readonly image: string
  readonly index: number
}

/** Collects images of one split and size into .npy arrays [images, rows, columns(, 3)]. */
export class Shards {
  private readonly open = new Map<string, OpenShard>()
  private readonly counts = new Map<string, number>()

  constructor(private readonly folder: ExportWriter) {}

  /** Adds an image, which is written with its array. */
  async add(split: string, pixels: ImagePixels): Promise<ShardPlace> {
    const { rows, columns, samplesPerPixel, values } = pixels.frame
    const key = [split, rows, columns, samplesPerPixel].join(' ')
    const shard = this.open.get(key) ?? this.begin(key, split)
    const index = shard.images.push(pixels) - 1
    if ((index + 2) * values.length > mostValues) await this.close(key)
    return { image: shard.path, index }
  }

  /** Writes what is not full. */
  async finish(): Promise<void> {
    for (const key of [...this.open.keys()]) await this.close(key)
  }

  private begin(key: string, split: string): OpenShard {
    const number = (this.counts.get(split) ?? before) + 1
    this.counts.set(split, number)
    const shard = { path: `${split}/images-${String(number).padStart(4, '0')}.npy`, images: [] }
    this.open.set(key, shard)
    return shard
  }

  private async close(key: string): Promise<void> {
    const shard = this.open.get(key)
    if (shard === undefined) return
    this.open.delete(key)
    const { path, images } = shard
    const modalities = images.map(({ meaning }) => meaning.modality)
    const frames = images.map(({ frame }) => frame)
    await this.folder.write(path, npyOf({ frames, modalities, place: undefined }))
  }
}

/** Shards of a split before its first. */
const before = 0

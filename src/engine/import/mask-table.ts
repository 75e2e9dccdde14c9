import { encode } from 'fast-png'
import type { ExportFolder } from '../../adapters/fs/export-folder.ts'
import { csv } from '../../core/evaluate/csv.ts'
import type { ImageStack, SourceImages } from '../../core/image/source-images.ts'
import type { Sources } from './find-sources.ts'
import type { ImportRecord } from './import-record.ts'

/** An image that was written, whose mask is to be. */
export interface MaskedImage {
  readonly source: string
  readonly path: string
  readonly sopInstanceUid: string
  /** The slice of `stack`, from 0. */
  readonly slice: number
  readonly stack: ImageStack
  readonly read: SourceImages
}

/** A mask that is to be written. */
export interface MaskPicture {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Masks beside an import: PNG of class indices, and a table of which is whose. */
export interface ImportMasks {
  /** What is imported: none of the masks. */
  readonly sources: Sources
  readonly sha256: string
  /** @returns undefined for an image without a mask. @throws RadversaryError for a mask that does not fit. */
  of(image: MaskedImage): Promise<MaskPicture | undefined>
  readonly table: MaskTable
  notices(): string[]
}

/** Masks as PNG of class indices, and the table of which is whose. */
export class MaskTable {
  private readonly rows: string[][] = []

  /** @param data class indices [rows, columns] */
  picture(
    { path: image, sopInstanceUid }: MaskedImage,
    data: Uint8Array | Uint16Array,
    { rows: height, columns: width }: { readonly rows: number; readonly columns: number },
  ): MaskPicture {
    const path = image.replace(/^images\//, 'masks/').replace(/\.dcm$/, '.png')
    const depth = data instanceof Uint8Array ? 8 : 16
    this.rows.push([image, sopInstanceUid, path])
    return { path, bytes: encode({ width, height, data, depth, channels: 1 }) }
  }

  async finish(folder: ExportFolder): Promise<void> {
    const text = csv([['file', 'SOPInstanceUID', 'mask'], ...this.rows])
    await folder.write('masks.csv', new TextEncoder().encode(text))
  }

  summary(): ImportRecord['masks'] {
    return { path: 'masks.csv', images: this.rows.length }
  }
}

import { readdir } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { readPng } from '../../adapters/png/read-png.ts'
import { maskOfIndices } from '../../core/tasks/segmentation/label-masks.ts'
import type { Mask } from '../../core/image/mask.ts'
import { labelRows, nameKey, namesFor } from './label-rows.ts'
import { hashOf } from './hash.ts'
import { checkGrid, type MaskedFrame, type MaskSource } from './mask-source.ts'
import type { SegmentationOutput } from '../../core/tasks/segmentation/output.ts'

/**
 * PNG masks of a folder, found by name: `01.png` for `01.dcm`, `01.3.png` for its third frame; or those that
 * a CSV lists with the columns `file` or `SOPInstanceUID`, and `mask` (relative to the CSV). Values are class
 * indices.
 */
export async function pngMasks(path: string, head: SegmentationOutput): Promise<MaskSource> {
  const isTable = extname(path).toLowerCase() === '.csv'
  const pathOf = isTable ? await listed(path) : await named(path)
  return {
    sha256: hashOf(await Promise.all(pathOf.all.map((file) => readBytes({ path: file })))),
    find: async (frame) => {
      const file = pathOf.find(frame)
      return file === undefined ? undefined : readMask(file, frame, head)
    },
  }
}

async function readMask(file: string, frame: MaskedFrame, head: SegmentationOutput): Promise<Mask> {
  const pixels = readPng(await readBytes({ path: file }), file, (claimed) => {
    checkGrid(claimed, frame, file)
  })
  return maskOfIndices(head, pixels, file)
}

interface MaskPaths {
  /** In a fixed order. */
  readonly all: readonly string[]
  readonly find: (frame: MaskedFrame) => string | undefined
}

async function named(folder: string): Promise<MaskPaths> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => extname(name).toLowerCase() === '.png')
    .sort()
  const byName = new Map(files.map((name) => [withoutExtension(nameKey(name)), join(folder, name)]))
  return {
    all: [...byName.values()],
    find: ({ name, index, frames }) =>
      namesFor(name)
        .flatMap((whole) => [whole, withoutExtension(whole)])
        .map((stem) => byName.get(frames > 1 ? `${stem}.${index + 1}` : stem))
        .find((file) => file !== undefined),
  }
}

function withoutExtension(name: string): string {
  return name.slice(0, name.length - extname(name).length)
}

async function listed(table: string): Promise<MaskPaths> {
  const csv = new TextDecoder().decode(await readBytes({ path: table }))
  const tip = 'A row names an image and its PNG, e.g. 01.dcm,masks/01.png; or give a folder of DICOM SEG.'
  const rows = labelRows(csv, { file: table, what: 'Masks', columns: ['mask'], tip })
  const pathOf = (row: Record<string, string> | undefined) => row && join(dirname(table), row['mask'] ?? '')
  return {
    all: rows.flatMap((row) => pathOf(row) ?? []),
    find: ({ name, sopInstanceUid }) =>
      pathOf(
        rows.find((row) => row['SOPInstanceUID'] === sopInstanceUid) ??
          namesFor(name)
            .map((known) => rows.find((row) => row['file'] === known))
            .find((row) => row !== undefined),
      ),
  }
}

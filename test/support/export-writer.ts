/**
 * Exports a series as the engine would, for tests that kill it: node --import tsx export-writer.ts FOLDER
 * SOURCE… Says "ready" once it starts writing, and waits a little between files so that a kill can hit any of
 * its steps.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openExportFolder } from '../../src/adapters/fs/export-folder.ts'
import type { Manifest } from '../../src/adapters/fs/manifest.ts'
import type { StoredFrame } from '../../src/core/dicom/image.ts'
import { deriveInstance } from '../../src/core/dicom/write/derive-instance.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { requiredUnsigned, valueBytes } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { perturbRegion } from './pixel-frames.ts'

/** The same export every time; files that are there are kept. */
export async function exportSeries(
  folder: string,
  sources: readonly string[],
  pauseMs = 0,
): Promise<Manifest> {
  const target = await openExportFolder({ folder, exportId: 'a run to be killed', sources })
  for (const source of sources) {
    const file = await readFile(source)
    const series = {
      role: 'adversarial',
      exportId: 'a run to be killed',
      seriesNumber: 9001,
      seriesDescription: 'Adversarial',
      derivationDescription: 'one step up in the middle',
      softwareVersion: '0.1.0',
    } as const
    await target.write(
      `adversarial/${basename(source)}`,
      deriveInstance(file, [perturbRegion(nativeFrame(file))], series).bytes,
    )
    await setTimeout(pauseMs)
  }
  return target.finish()
}

/** The pixels of an uncompressed image of 16 bits allocated, all in a word's lowest bits. */
function nativeFrame(file: Uint8Array): StoredFrame {
  const source = openInstance(file)
  const bytes = new Uint8Array(valueBytes(source, tag.PixelData) ?? [])
  return {
    rows: requiredUnsigned(source, tag.Rows, 'Rows'),
    columns: requiredUnsigned(source, tag.Columns, 'Columns'),
    samplesPerPixel: 1,
    photometric: 'MONOCHROME2',
    bitsStored: requiredUnsigned(source, tag.BitsStored, 'Bits Stored'),
    signed: false,
    values: new Uint16Array(bytes.buffer),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', ...sources] = process.argv.slice(2)
  process.stdout.write('ready\n')
  await exportSeries(folder, sources, 2)
}

/**
 * What dciodvfy and dcentvfy find in an export and not in its source. Used by a bounded test and, over whole
 * folders, by `npm run conformance`.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseInstance, type Instance } from '../../src/core/dicom/instance.ts'
import { deriveInstance } from '../../src/core/dicom/write/derive-instance.ts'
import { buildParametricMap } from '../../src/core/dicom/write/parametric-map.ts'
import { buildSegmentation } from '../../src/core/dicom/write/segmentation.ts'
import { unitOf } from '../../src/core/dicom/write/codes.ts'
import { RadversaryError } from '../../src/core/errors.ts'
import type { ImagePixels } from '../../src/core/image/intensity-counts.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { dcentvfyFindings, dciodvfyFindings } from './debian-tools.ts'

export interface Conformance {
  /** Findings of the export that its source doesn't have, and that no reason explains. */
  readonly findings: readonly string[]
  /** Why there is no export, where the source is refused. */
  readonly refused?: string
}

/** Findings that say something of the source, though they appear only in the export. */
interface Reason {
  readonly finding: RegExp
  readonly holds: (source: Instance) => boolean
}

/** SOP classes that are retired, which the validators don't know. */
const unknownClasses: readonly (string | undefined)[] = [
  '1.2.840.10008.5.1.4.1.1.6',
  '1.2.840.10008.5.1.4.1.1.3',
]

const reasons: readonly Reason[] = [
  // A map's part of the body may be one of a pair; only a source that says which part has been examined
  // tells.
  { finding: /only permitted to be empty when actually unknown.*<Laterality>/, holds: () => true },
  // An image of several frames in a class of single-frame images: our reference says which frame is meant.
  {
    finding: /Shall not be present for Referenced SOP Class that is not multi-frame.*<ReferencedFrameNumber>/,
    holds: ({ numberOfFrames }) => numberOfFrames > 1,
  },
  // An enhanced image that has lost its functional groups, which would hold its derivation.
  {
    finding:
      /not present in standard DICOM IOD - \(0x(0008,0x(2111|2112|9215|1150|1155)|0028,0x135a|0040,0xa170)\)|Standard Extended SOP Class/,
    holds: ({ dataSet, numberOfFrames }) => numberOfFrames > 1 && dataSet.elements['x52009230'] === undefined,
  },
  // Other values of Image Type are the source's, which has none.
  {
    finding: /Bad attribute Value Multiplicity.*<ImageType>/,
    holds: ({ dataSet }) => dataSet.elements['x00080008'] === undefined,
  },
  // What it would find in the source as well, if it knew its class.
  {
    finding: /Missing attribute Type 2 Required|IE <Unknown> versus/,
    holds: ({ sopClassUid }) => unknownClasses.includes(sopClassUid),
  },
]

const common = { exportId: 'conformance', seriesNumber: 9001, softwareVersion: '0.1.0' } as const
const texts = {
  seriesDescription: 'Adversarial (SMIA)',
  derivationDescription: 'SMIA, seed 0; a model',
} as const

/** Exports one image in every way, and compares what the validators say of source and export. */
export async function conformanceOf(file: string): Promise<Conformance> {
  const folder = await mkdtemp(join(tmpdir(), 'radversary-conformance-'))
  try {
    const bytes = await readFile(file)
    const source = parseInstance(bytes)
    const frames = await decodeFrames(source)
    const written = await writeExports(folder, bytes, source, frames)
    return { findings: await unexplained(folder, file, source, written) }
  } catch (error) {
    if (!(error instanceof RadversaryError) || error.code === 'internal') throw error
    return { findings: [], refused: error.message }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function writeExports(
  folder: string,
  bytes: Uint8Array,
  { rows, columns }: Instance,
  frames: readonly ImagePixels[],
): Promise<string[]> {
  const pixels = frames.map(({ frame }) => frame)
  const mask = { rows, columns, overlapping: false, values: new Uint8Array(rows * columns).fill(1) }
  const map = {
    ...common,
    ...texts,
    quantity: 'Perturbation',
    unit: unitOf(frames[0]?.meaning.modality.unit),
  }
  const masks = {
    ...common,
    ...texts,
    role: 'masks-after',
    algorithmName: 'a model',
    comment: 'a comment',
  } as const
  const exports = {
    adversarial: deriveInstance(bytes, pixels, { ...common, ...texts, role: 'adversarial' }),
    perturbation: buildParametricMap(
      bytes,
      pixels.map(({ values }) => Float32Array.from(values)),
      map,
    ),
    masks: buildSegmentation(
      bytes,
      pixels.map(() => mask),
      { segments: [{ class: 1, label: 'lesion' }], series: masks },
    ),
  }
  return Promise.all(
    Object.entries(exports).map(async ([name, { bytes: exported }]) => {
      const path = join(folder, `${name}.dcm`)
      await writeFile(path, exported)
      return path
    }),
  )
}

async function unexplained(
  folder: string,
  file: string,
  source: Instance,
  written: readonly string[],
): Promise<string[]> {
  const plain = await uncompressed(folder, file)
  const before = [file, ...plain]
  const known = new Set<string>()
  for (const each of before) for (const line of await dciodvfyFindings(each)) known.add(line)
  for (const each of before) for (const line of await dcentvfyFindings([each])) known.add(line)
  const keys = new Set([...known].map(keyOf))
  const found = new Set<string>()
  for (const path of written) for (const line of await dciodvfyFindings(path)) found.add(line)
  for (const line of await dcentvfyFindings([file, ...written])) found.add(line)
  return [...found].filter((line) => {
    const isExplained = reasons.some(({ finding, holds }) => finding.test(line) && holds(source))
    return !keys.has(keyOf(line)) && !isExplained
  })
}

/** The source as Explicit VR little endian too, which the validators can read of every syntax. */
async function uncompressed(folder: string, file: string): Promise<string[]> {
  const path = join(folder, 'source.dcm')
  const converted = promisify(execFile)('/usr/bin/dcmconv', ['--write-xfer-little', file, path])
  return converted.then(
    () => [path],
    () => [],
  )
}

/** A fault of a UID's value is the same wherever the UID stands. */
function keyOf(finding: string): string {
  return finding.replace(/(Illegal root for UID - "[^"]*").*/, '$1')
}

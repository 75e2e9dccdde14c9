import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OrtDevice } from '../adapters/ort/devices.ts'
import { chooseDevice } from '../engine/device.ts'
import { createOnnxModel } from '../core/autodiff/onnx-model.ts'
import { attackSection } from './sections/attack-section.ts'
import type { BenchContext, BenchSection } from './context.ts'
import { gradientSection } from './sections/gradient-section.ts'
import { largeSection } from './sections/large-section.ts'
import { memorySection } from './sections/memory-section.ts'
import { createMatrixProduct } from './context.ts'
import { type Peer, pythonWithTorch, startPeer } from './peer.ts'
import type { BenchRow } from './row.ts'
import { scanSection } from './sections/scan-section.ts'
import { smiaSection } from './sections/smia-section.ts'

/** Loaded when it is asked for: the command line does without TensorFlow.js. */
async function* tfjs(context: BenchContext): AsyncIterable<BenchRow> {
  const { tfjsSection } = await import('./sections/tfjs-section.ts')
  yield* tfjsSection(context)
}

const sections = {
  gradient: gradientSection,
  smia: smiaSection,
  large: largeSection,
  attacks: attackSection,
  tfjs,
  scan: scanSection,
  memory: memorySection,
} satisfies Record<string, BenchSection>

export type BenchSectionName = keyof typeof sections

export const benchSectionNames = Object.keys(sections) as BenchSectionName[]

export interface BenchOptions {
  /** The repository's folder: peers' scripts and the sample are in it. */
  readonly repository: string
  /** How to start the command line. */
  readonly commandLine: readonly string[]
  readonly only?: readonly BenchSectionName[] | undefined
  readonly threads?: number | undefined
  /** What models run on; the CPU by default. */
  readonly device?: string | undefined
  readonly onRow?: (row: BenchRow) => void
}

export interface BenchResult {
  readonly device: OrtDevice
  readonly threads: number
  readonly rows: readonly BenchRow[]
}

/** What a graphics card is measured by: some three minutes. */
const sectionsOfCards: readonly BenchSectionName[] = ['gradient', 'smia']

/**
 * Runs the benchmark's sections one after the other. @throws RadversaryError usage, runtime-failed where
 * there is no such device.
 */
export async function runBench({
  repository,
  commandLine,
  device = 'cpu',
  only = device === 'cpu' ? benchSectionNames : sectionsOfCards,
  threads,
  onRow,
}: BenchOptions): Promise<BenchResult> {
  const { runtime } = await chooseDevice({ device, threads })
  const torchDevice = device === 'cpu' ? 'cpu' : 'cuda'
  const torch = await torchOn(torchDevice, join(repository, 'bench/peers/torch_peer.py'), runtime.threads)
  const folder = await mkdtemp(join(tmpdir(), 'radversary-bench-'))
  const matrixProduct = await createMatrixProduct(runtime)
  try {
    const createModel = (bytes: Uint8Array) => createOnnxModel({ bytes, runtime })
    const sample = {
      image: join(repository, 'resources/sample/study/01.dcm'),
      model: join(repository, 'resources/sample/model/phantom-thorax.onnx'),
    }
    const measured = { runtime, threads: runtime.threads, torchDevice, matrixProduct, torch } as const
    const context: BenchContext = { ...measured, folder, sample, commandLine, createModel }
    const rows: BenchRow[] = []
    for (const name of only)
      for await (const row of sections[name](context)) {
        rows.push(row)
        onRow?.(row)
      }
    return { device: runtime.device, threads: runtime.threads, rows }
  } finally {
    await matrixProduct.dispose()
    torch?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** PyTorch on that device; null where it is not installed, or has no graphics card. */
async function torchOn(
  device: BenchContext['torchDevice'],
  script: string,
  threads: number,
): Promise<Peer | null> {
  const python = pythonWithTorch()
  if (python === null) return null
  const peer = startPeer(python, script, threads)
  if (device === 'cpu' || Number((await peer.request({ do: 'cards' }))['cards']) > 0) return peer
  peer.close()
  return null
}

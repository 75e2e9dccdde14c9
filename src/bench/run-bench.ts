import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOrtRuntime } from '../adapters/ort/runtime.ts'
import { createOnnxModel } from '../core/autodiff/onnx-model.ts'
import { attackSection } from './sections/attack-section.ts'
import type { BenchContext, BenchSection } from './context.ts'
import { gradientSection } from './sections/gradient-section.ts'
import { memorySection } from './sections/memory-section.ts'
import { createMatrixProduct } from './context.ts'
import { pythonWithTorch, startPeer } from './peer.ts'
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
  readonly onRow?: (row: BenchRow) => void
}

export interface BenchResult {
  readonly threads: number
  readonly rows: readonly BenchRow[]
}

/** Runs the benchmark's sections one after the other. */
export async function runBench({
  repository,
  commandLine,
  only = benchSectionNames,
  threads,
  onRow,
}: BenchOptions): Promise<BenchResult> {
  const runtime = createOrtRuntime({ device: 'cpu', threads })
  const python = pythonWithTorch()
  const torch =
    python === null ? null : startPeer(python, join(repository, 'bench/peers/torch_peer.py'), runtime.threads)
  const folder = await mkdtemp(join(tmpdir(), 'radversary-bench-'))
  const matrixProduct = await createMatrixProduct(runtime)
  try {
    const createModel = (bytes: Uint8Array) => createOnnxModel({ bytes, runtime })
    const sample = {
      image: join(repository, 'resources/sample/study/01.dcm'),
      model: join(repository, 'resources/sample/model/phantom-thorax.onnx'),
    }
    const measured = { runtime, threads: runtime.threads, matrixProduct, torch }
    const context: BenchContext = { ...measured, folder, sample, commandLine, createModel }
    const rows: BenchRow[] = []
    for (const name of only)
      for await (const row of sections[name](context)) {
        rows.push(row)
        onRow?.(row)
      }
    return { threads: runtime.threads, rows }
  } finally {
    await matrixProduct.dispose()
    torch?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

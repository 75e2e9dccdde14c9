import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { createOnnxModel } from '../../core/autodiff/onnx-model.ts'
import type { BenchContext, BenchSection } from './context.ts'
import { gradientSection } from './gradient-section.ts'
import { createMatrixProduct } from './matrix-product.ts'
import { pythonWithTorch, startPeer } from './peer.ts'
import type { BenchRow } from './row.ts'
import { smiaSection } from './smia-section.ts'

const sections = { gradient: gradientSection, smia: smiaSection } satisfies Record<string, BenchSection>

export type BenchSectionName = keyof typeof sections

export const benchSectionNames = Object.keys(sections) as BenchSectionName[]

export interface BenchOptions {
  /** Folder of the peers' scripts (bench/peers of the repository). */
  readonly peersFolder: string
  readonly only?: readonly BenchSectionName[] | undefined
  readonly threads?: number | undefined
  readonly onRow?: (row: BenchRow) => void
}

export interface BenchResult {
  readonly threads: number
  readonly rows: readonly BenchRow[]
}

/** Runs the benchmark's sections one after the other. */
export async function runBench({ peersFolder, only = benchSectionNames, threads, onRow }: BenchOptions): Promise<BenchResult> {
  const runtime = createOrtRuntime({ device: 'cpu', threads })
  const python = pythonWithTorch()
  const torch = python === null ? null : startPeer(python, join(peersFolder, 'torch_peer.py'), runtime.threads)
  const folder = await mkdtemp(join(tmpdir(), 'radversary-bench-'))
  const matrixProduct = await createMatrixProduct(runtime)
  try {
    const createModel = (bytes: Uint8Array) => createOnnxModel({ bytes, runtime })
    const context: BenchContext = { runtime, threads: runtime.threads, matrixProduct, torch, folder, createModel }
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

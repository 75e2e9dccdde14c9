import type { OrtRuntime } from '../../adapters/ort/runtime.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { MatrixProduct } from './matrix-product.ts'
import type { Peer } from './peer.ts'
import type { BenchRow } from './row.ts'

/** What every section of the benchmark works with. */
export interface BenchContext {
  readonly runtime: OrtRuntime
  readonly threads: number
  /** The machine's yardstick, measured in turns with the rest. */
  readonly matrixProduct: MatrixProduct
  /** PyTorch, or null when it is not there. */
  readonly torch: Peer | null
  /** A folder for exchanging arrays with peers; removed at the end. */
  readonly folder: string
  /** An image of the embedded sample series, and its model. */
  readonly sample: { readonly image: string; readonly model: string }
  /** How to start our own command line: what is measured in a process of its own. */
  readonly commandLine: readonly string[]
  readonly createModel: (bytes: Uint8Array) => Promise<DifferentiableModel>
}

/** A part of the benchmark; rows come as they are measured. */
export type BenchSection = (context: BenchContext) => AsyncIterable<BenchRow>

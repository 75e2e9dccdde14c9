import type { OrtRuntime } from '../adapters/ort/runtime.ts'
import type { DifferentiableModel } from '../core/model/ports.ts'
import type { Peer } from './peer.ts'
import type { BenchRow } from './row.ts'
import type { Runtime } from '../core/model/runtime.ts'
import { encodeModel } from '../core/onnx/codec.ts'
import type { OnnxNode } from '../core/onnx/graph.ts'
import { float32Tensor } from '../core/onnx/onnx-tensor.ts'
import { type Contestant, timed } from './interleave.ts'

/** What every section of the benchmark works with. */
export interface BenchContext {
  readonly runtime: OrtRuntime
  readonly threads: number
  /** Where PyTorch computes: on the CPU, or on a graphics card like ours. */
  readonly torchDevice: 'cpu' | 'cuda'
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

const size = 1024
const productsPerRun = 4

/** A chain of large float32 matrix products: the most that a network on this machine can hope for. */
export interface MatrixProduct {
  readonly contestant: Contestant
  readonly multiplications: number
  dispose(): Promise<void>
}

export async function createMatrixProduct(runtime: Runtime): Promise<MatrixProduct> {
  const session = await runtime.createSession(matrixProducts())
  const x = {
    dataType: 'float32',
    shape: [size, size],
    data: new Float32Array(size * size).fill(0.5),
  } as const
  return {
    contestant: timed(() => session.run({ x })),
    multiplications: productsPerRun * size ** 3,
    dispose: () => session.dispose(),
  }
}

function matrixProducts(): Uint8Array {
  const value = (name: string) => ({ name, dataType: 'float32' as const, shape: [size, size] })
  return encodeModel({
    irVersion: 8,
    opsets: new Map([['', 17]]),
    producer: 'radversary bench',
    functions: [],
    graph: {
      name: 'matrix product',
      nodes: Array.from({ length: productsPerRun }, (_, index) => product(index)),
      initializers: new Map([
        ['w', float32Tensor([size, size], new Float32Array(size * size).fill(1 / size))],
      ]),
      inputs: [value('x')],
      outputs: [value('y')],
      valueInfos: new Map(),
    },
  })
}

function product(index: number): OnnxNode {
  const output = index === productsPerRun - 1 ? 'y' : `product_${index}`
  const inputs = [index === 0 ? 'x' : `product_${index - 1}`, 'w']
  return { opType: 'MatMul', domain: '', name: `MatMul_${index}`, inputs, outputs: [output], attributes: {} }
}

import { internalError } from '../errors.ts'
import type { Shape } from '../tensor/tensor.ts'
import type { DataType } from './data-type.ts'
import type { Attributes, Dimension, OnnxModel, OnnxNode, ValueInfo } from './graph.ts'
import { float32Tensor, int64Tensor, type OnnxTensor } from './onnx-tensor.ts'

export interface GraphBuilderOptions {
  /** Version of ONNX's own operator set. */
  readonly opset?: number
  /** Versions of other operator sets, by domain. */
  readonly domains?: Readonly<Record<string, number>>
}

/**
 * The IR version that came with the first operator set we write, 7 to 20; every ONNX Runtime since 2022 reads
 * it.
 */
const irVersion = 8

/**
 * Writes an ONNX graph value by value: each method returns the names that later nodes take as inputs.
 *
 * ```ts
 * const graph = new GraphBuilder({ opset: 17 })
 * const x = graph.input('x', ['batch', 3, 224, 224])
 * const y = graph.node('Conv', [x, graph.floats([64, 3, 7, 7], weights)], { strides: [2, 2], pads: [3, 3, 3,
 * 3] }) graph.output(graph.node('LeakyRelu', [y], { alpha: { float: 0.1 } })) const bytes =
 * encodeModel(graph.build())
 * ```
 */
export class GraphBuilder {
  private readonly opsets: ReadonlyMap<string, number>
  private readonly nodes: OnnxNode[] = []
  private readonly initializers = new Map<string, OnnxTensor>()
  private readonly inputs: ValueInfo[] = []
  private readonly outputs: ValueInfo[] = []

  constructor({ opset = 17, domains = {} }: GraphBuilderOptions = {}) {
    this.opsets = new Map([['', opset], ...Object.entries(domains)])
  }

  /** A graph input; strings are free dimensions, e.g. ['batch', 3, 224, 224]. */
  input(name: string, shape: readonly Dimension[], dataType: DataType = 'float32'): string {
    this.inputs.push({ name, dataType, shape })
    return name
  }

  constant(tensor: OnnxTensor): string {
    const name = `c${this.initializers.size}`
    this.initializers.set(name, tensor)
    return name
  }

  /** A float32 constant. */
  floats(shape: Shape, values: Float32Array | readonly number[]): string {
    return this.constant(float32Tensor(shape, values))
  }

  /** An int64 vector. */
  ints(values: readonly number[]): string {
    return this.constant(int64Tensor([values.length], values))
  }

  /** An operation with one output. An empty string among the inputs leaves an optional one out. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const [output] = this.nodeWithOutputs(opType, inputs, 1, attributes)
    if (output === undefined) throw internalError('a node without outputs')
    return output
  }

  /** An operation with several outputs, or of another domain ('com.microsoft:Gelu'). */
  nodeWithOutputs(
    opType: string,
    inputs: readonly string[],
    outputCount: number,
    attributes: Attributes = {},
  ): string[] {
    const index = this.nodes.length
    const [operator = '', domain = ''] = opType.split(':').toReversed()
    const outputs = Array.from({ length: outputCount }, (_, output) =>
      output === 0 ? `v${index}` : `v${index}_${output}`,
    )
    this.nodes.push({ opType: operator, domain, name: `${operator}_${index}`, inputs, outputs, attributes })
    return outputs
  }

  /**
   * Declares a value an output of the graph; its type and shape are left to the runtime unless they are
   * given.
   */
  output(
    name: string,
    shape: readonly Dimension[] | null = null,
    dataType: DataType | null = shape && 'float32',
  ): string {
    this.outputs.push({ name, dataType, shape })
    return name
  }

  build(): OnnxModel {
    return {
      irVersion,
      opsets: this.opsets,
      producer: 'radversary',
      graph: {
        name: 'graph',
        nodes: [...this.nodes],
        initializers: new Map(this.initializers),
        inputs: [...this.inputs],
        outputs: [...this.outputs],
        valueInfos: new Map(),
      },
      functions: [],
    }
  }
}

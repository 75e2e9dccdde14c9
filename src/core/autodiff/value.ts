import type { DataType } from '../onnx/data-type.ts'
import type { OnnxTensor } from '../onnx/onnx-tensor.ts'
import type { Shape } from '../tensor/tensor.ts'

/**
 * A tensor of the graph, with all that is known of it when the gradient graph is built: every extent is a
 * number by then.
 */
export interface Value {
  readonly name: string
  readonly shape: Shape
  readonly dataType: DataType
  /** The elements, for weights and everything else that does not depend on the model's input. */
  readonly constant?: OnnxTensor | undefined
}

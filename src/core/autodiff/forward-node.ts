import { internalError, RadversaryError } from '../errors.ts'
import type { Attributes } from '../onnx/graph.ts'
import type { Value } from './emitter.ts'

interface Parts {
  readonly opType: string
  readonly name: string
  readonly attributes: Attributes
  readonly inputs: readonly (Value | null)[]
  readonly outputs: readonly Value[]
  readonly cotangents: readonly (Value | null)[]
}

/**
 * A node of the model as a rule sees it: in the form of opset 18 or later, its values with shapes, its
 * outputs with their cotangents.
 */
export class ForwardNode implements Parts {
  readonly opType: string
  readonly name: string
  readonly attributes: Attributes
  /** null is an optional input that was left out. */
  readonly inputs: readonly (Value | null)[]
  readonly outputs: readonly Value[]
  /** d loss / d output; null where the loss does not depend on that output. */
  readonly cotangents: readonly (Value | null)[]

  constructor(parts: Parts) {
    this.opType = parts.opType
    this.name = parts.name
    this.attributes = parts.attributes
    this.inputs = parts.inputs
    this.outputs = parts.outputs
    this.cotangents = parts.cotangents
  }

  /** The first input. */
  get x(): Value {
    return this.input(0)
  }

  /** The first output. */
  get y(): Value {
    const [y] = this.outputs
    if (y === undefined) throw internalError(`${this.opType} '${this.name}' has no output`)
    return y
  }

  /** The cotangent of the first output, d loss / d y. */
  get g(): Value {
    const [g] = this.cotangents
    if (g === undefined || g === null)
      throw internalError(`${this.opType} '${this.name}': no cotangent of the first output`)
    return g
  }

  /** Input `index`. Throws `model-unreadable` when the model leaves it out. */
  input(index: number): Value {
    const value = this.inputs[index]
    if (value === undefined || value === null)
      throw new RadversaryError(
        'model-unreadable',
        `${this.opType} '${this.name}': expected an input ${index}, got none`,
      )
    return value
  }

  /** An optional input. */
  optionalInput(index: number): Value | undefined {
    return this.inputs[index] ?? undefined
  }

  /**
   * The error of a rule that meets a case it does not support: "Resize 'up1': expected mode linear, got
   * cubic".
   */
  unsupported(expected: string, found: string): RadversaryError {
    return new RadversaryError(
      'model-unsupported',
      `${this.opType} '${this.name}': expected ${expected}, got ${found}`,
    )
  }
}

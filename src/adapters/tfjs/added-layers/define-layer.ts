import { layers, tf } from '../tensorflow.ts'

/** null stands for the batch and for extents that are free. */
export type LayerShape = readonly (number | null)[]

/** A layer's configuration as model.json has it, its keys and words in camel case. */
export type LayerConfig = Readonly<Record<string, unknown>>

/** A layer of Keras without weights. */
export interface LayerDefinition {
  /** Keras' name of it. */
  readonly className: string
  /** The result's shape, that of the first input being `shape`; the same by default. */
  readonly outputShape?: (shape: LayerShape, config: LayerConfig) => LayerShape
  readonly call: (inputs: readonly tf.Tensor[], config: LayerConfig) => tf.Tensor
}

/** Makes TensorFlow.js know a layer. */
export function defineLayer({ className, outputShape = (shape) => shape, call }: LayerDefinition): void {
  class Added extends layers.Layer {
    static className = className

    constructor(private readonly own: LayerConfig = {}) {
      super(own)
    }

    override computeOutputShape(given: unknown): (number | null)[] {
      return [...outputShape(firstShape(given), this.own)]
    }

    override call(given: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => call(Array.isArray(given) ? given : [given], this.own))
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), ...(this.own as tf.serialization.ConfigDict) }
    }
  }
  tf.serialization.registerClass(Added)
}

/** One shape, or the first of several. */
export function firstShape(given: unknown): LayerShape {
  const [first] = given as readonly (LayerShape[number] | LayerShape)[]
  return Array.isArray(first) ? (first as LayerShape) : (given as LayerShape)
}

/** The only input, or the first. */
export function inputOf([x]: readonly tf.Tensor[]): tf.Tensor {
  if (x === undefined) throw new RangeError('a layer was called without an input')
  return x
}

/** The spatial axes of an image of `rank` axes, the batch's included. */
export function spatialAxes(rank: number, { dataFormat }: LayerConfig): number[] {
  const first = dataFormat === 'channelsFirst' ? 2 : 1
  return Array.from({ length: rank - 2 }, (_, axis) => axis + first)
}

/** One number for all axes, or one each. */
export function numberEach(value: unknown, axes: readonly number[]): number[] {
  return axes.map((_, at) => Number(Array.isArray(value) ? value[at] : value))
}

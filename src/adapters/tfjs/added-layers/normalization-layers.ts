import { broadcastExtent } from '../../../core/autodiff/shapes.ts'
import { initializers, layers, tf } from '../tensorflow.ts'
import { firstShape, inputOf, type LayerConfig } from './define-layer.ts'

/** Keras' epsilon. */
const least = 1e-7

/** Shape to broadcast along: an image's extents on `axes`, 1 elsewhere. */
function broadcastShape(shape: readonly (number | null)[], axes: readonly number[]): number[] {
  return shape.map((extent, axis) => (axes.includes(axis) ? (extent ?? broadcastExtent) : broadcastExtent))
}

/**
 * The extent of an axis, which may count from the end. @throws RangeError for one that a model leaves free
 */
function knownExtent(shape: readonly (number | null)[], axis: number): number {
  const extent = shape.at(axis)
  if (typeof extent === 'number') return extent
  throw new RangeError(`expected a known extent of axis ${axis}, got [${shape.join(', ')}]`)
}

function axesOf(axis: unknown, rank: number): number[] {
  const list: readonly unknown[] = Array.isArray(axis) ? axis : axis === null ? [] : [axis ?? -1]
  return list.map((each) => (Number(each) < 0 ? Number(each) + rank : Number(each)))
}

/**
 * Keras' Normalization: (x − mean) / √variance, of a training set's statistics; these are weights, or the
 * configuration's.
 */
class Normalization extends layers.Layer {
  static className = 'Normalization'
  private mean: ReturnType<layers.Layer['addWeight']> | undefined
  private variance: ReturnType<layers.Layer['addWeight']> | undefined

  constructor(private readonly own: LayerConfig = {}) {
    super(own)
  }

  override build(given: unknown): void {
    const shape = firstShape(given)
    this.built = true
    if (this.isConfigured()) return
    const axes = axesOf(this.own['axis'], shape.length)
    const extents = axes.map((axis) => knownExtent(shape, axis))
    const zeros = initializers.zeros()
    const weight = (name: string, of: number[], dtype: 'float32' | 'int32') =>
      this.addWeight(name, of, dtype, zeros, undefined, false)
    this.mean = weight('mean', extents, 'float32')
    this.variance = weight('variance', extents, 'float32')
    weight('count', [], 'int32')
  }

  override call(given: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = inputOf(Array.isArray(given) ? given : [given])
      const shape = broadcastShape(x.shape, axesOf(this.own['axis'], x.rank))
      const [mean, variance] = this.statistics(shape)
      return tf.div(tf.sub(x, mean), tf.maximum(tf.sqrt(variance), least))
    })
  }

  private isConfigured(): boolean {
    return (this.own['mean'] ?? null) !== null
  }

  private statistics(shape: number[]): [tf.Tensor, tf.Tensor] {
    const given = ['mean', 'variance'].map((name) => this.own[name] as tf.TensorLike)
    const read = this.isConfigured()
      ? given.map((values) => tf.tensor(values, undefined, 'float32'))
      : [this.mean, this.variance].flatMap((weight) => (weight === undefined ? [] : [weight.read()]))
    const [mean, variance] = read.map((value) =>
      value.size === 1 ? tf.reshape(value, []) : tf.reshape(value, shape),
    )
    if (mean === undefined || variance === undefined)
      throw new RangeError('Normalization: expected mean and variance')
    return [mean, variance]
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...(this.own as tf.serialization.ConfigDict) }
  }
}

/**
 * Keras' GroupNormalization over the last axis (Wu and He, ECCV 2018); `groups` −1 is instance by instance.
 */
class GroupNormalization extends layers.Layer {
  static className = 'GroupNormalization'
  private gamma: ReturnType<layers.Layer['addWeight']> | undefined
  private beta: ReturnType<layers.Layer['addWeight']> | undefined

  constructor(private readonly own: LayerConfig = {}) {
    super(own)
  }

  override build(given: unknown): void {
    const shape = firstShape(given)
    if (axesOf(this.own['axis'], shape.length)[0] !== shape.length - 1)
      throw new RangeError('GroupNormalization: expected the channels as the last axis')
    const channels = [knownExtent(shape, -1)]
    if (this.own['scale'] !== false)
      this.gamma = this.addWeight('gamma', channels, 'float32', initializers.ones())
    if (this.own['center'] !== false)
      this.beta = this.addWeight('beta', channels, 'float32', initializers.zeros())
    this.built = true
  }

  override call(given: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = inputOf(Array.isArray(given) ? given : [given])
      const channels = knownExtent(x.shape, -1)
      const asked = Number(this.own['groups'] ?? 32)
      const groups = asked === -1 ? channels : asked
      const normal = tf.reshape(normalized(groupsOf(x, groups), Number(this.own['epsilon'] ?? 1e-3)), x.shape)
      const scaled = this.gamma === undefined ? normal : tf.mul(normal, this.gamma.read())
      return this.beta === undefined ? scaled : tf.add(scaled, this.beta.read())
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...(this.own as tf.serialization.ConfigDict) }
  }
}

/** [N, ..., C] as [N, pixels, groups, C / groups]. */
function groupsOf(x: tf.Tensor, groups: number): tf.Tensor {
  const channels = knownExtent(x.shape, -1)
  const pixels = x.shape.slice(1, -1).reduce((product, extent) => product * extent, 1)
  return tf.reshape(x, [-1, pixels, groups, channels / groups])
}

function normalized(x: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, [1, 3], true))
  const variance = tf.mean(tf.square(centred), [1, 3], true)
  return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)))
}

export function registerNormalizations(): void {
  tf.serialization.registerClass(Normalization)
  tf.serialization.registerClass(GroupNormalization)
}

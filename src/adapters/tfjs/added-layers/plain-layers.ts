import { tf } from '../tensorflow.ts'
import { inputOf, type LayerConfig, type LayerDefinition } from './define-layer.ts'

/** What does nothing to a model that is not being trained. */
const inTrainingOnly = ['SpatialDropout2D', 'SpatialDropout3D', 'ActivityRegularization']

export const plainLayers: readonly LayerDefinition[] = [
  ...inTrainingOnly.map((className): LayerDefinition => ({
    className,
    call: (inputs) => tf.clone(inputOf(inputs)),
  })),
  {
    className: 'Subtract',
    call: ([a, b]) => {
      if (a === undefined || b === undefined) throw new RangeError('Subtract: expected two inputs')
      return tf.sub(a, b)
    },
  },
  // TensorFlow.js's own knows neither slope nor threshold, and says nothing.
  { className: 'ReLU', call: (inputs, config) => rectified(inputOf(inputs), config) },
]

/** x up to `maxValue` from `threshold` on, below that `negativeSlope` · (x − threshold). */
function rectified(x: tf.Tensor, config: LayerConfig): tf.Tensor {
  const [slope, threshold] = [Number(config['negativeSlope'] ?? 0), Number(config['threshold'] ?? 0)]
  const most = (config['maxValue'] ?? null) === null ? Infinity : Number(config['maxValue'])
  const limited = (y: tf.Tensor): tf.Tensor => (most === Infinity ? y : tf.minimum(y, most))
  if (slope === 0 && threshold === 0) return most === 6 ? tf.relu6(x) : limited(tf.relu(x))
  const passes = tf.cast(tf.greaterEqual(x, threshold), 'float32')
  const below = tf.mul(tf.sub(1, passes), tf.mul(tf.sub(x, threshold), slope))
  return tf.add(limited(tf.mul(passes, x)), below)
}

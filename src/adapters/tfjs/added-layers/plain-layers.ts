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

/** Activations by the names that Keras gives them, in camel case as TensorFlow.js reads them. */
const activations: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  exponential: (x) => tf.exp(x),
  hardSilu: (x) => tf.mul(x, hardSigmoid(x)),
  hardSwish: (x) => tf.mul(x, hardSigmoid(x)),
  // Keras 3's, whose slope is 1/6; TensorFlow.js has Keras 2's, 1/5.
  hardSigmoidKeras3: hardSigmoid,
}

function hardSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1)
}

export function registerActivations(): void {
  for (const [className, apply] of Object.entries(activations)) {
    class Added extends tf.serialization.Serializable {
      static className = className

      apply(x: tf.Tensor): tf.Tensor {
        return tf.tidy(() => apply(x))
      }

      override getConfig(): tf.serialization.ConfigDict {
        return {}
      }
    }
    tf.serialization.registerClass(Added)
  }
}

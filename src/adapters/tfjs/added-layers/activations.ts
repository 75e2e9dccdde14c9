import { tf } from '../tensorflow.ts'

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

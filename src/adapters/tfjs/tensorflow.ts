import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'

// Without this the library advertises on the console and looks for NaN in every result.
tf.enableProdMode()

export { tf }
export { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter'
export { initializers, layers, loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers'

let last: Promise<unknown> = Promise.resolve()

/** TensorFlow.js has one current backend for the whole thread: whoever sets it works alone until done. */
export function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work)
  last = next.catch(() => undefined)
  return next
}

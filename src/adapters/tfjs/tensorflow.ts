import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'

// Without this the library advertises on the console and looks for NaN in every result.
tf.enableProdMode()

export { tf }
export { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter'
export { initializers, layers, loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers'

import { tf } from '../tensorflow.ts'
import { inputOf, type LayerDefinition } from './define-layer.ts'

/** What does nothing to a model that is not being trained. */
const inTrainingOnly = ['SpatialDropout2D', 'SpatialDropout3D', 'ActivityRegularization']

export const plainLayers: readonly LayerDefinition[] = [
  ...inTrainingOnly.map((className): LayerDefinition => ({ className, call: (inputs) => tf.clone(inputOf(inputs)) })),
  {
    className: 'Subtract',
    call: ([a, b]) => {
      if (a === undefined || b === undefined) throw new RangeError('Subtract: expected two inputs')
      return tf.sub(a, b)
    },
  },
]

import { registerActivations } from './plain-layers.ts'
import { defineLayer } from './define-layer.ts'
import { registerNormalizations } from './normalization-layers.ts'
import { plainLayers } from './plain-layers.ts'
import { spatialLayers } from './spatial-layers.ts'

let areSupplied = false

/** Gives TensorFlow.js layers that Keras has and it lacks; as often as one likes. */
export function supplyLayers(): void {
  if (areSupplied) return
  areSupplied = true
  for (const definition of [...spatialLayers, ...plainLayers]) defineLayer(definition)
  registerNormalizations()
  registerActivations()
}

import type { Code } from './codes.ts'
import type { Equipment } from './provenance.ts'

/** What every map of a series has in common. */
export interface ParametricMapSeries extends Equipment {
  /** As in `DerivedSeries`: equal ids give equal bytes. */
  readonly exportId: string
  readonly seriesNumber: number
  readonly seriesDescription: string
  /** Method, parameters, model and its hash, seed; at most 1024 characters are kept. */
  readonly derivationDescription: string
  /** What a value is, such as "Perturbation (adversarial - original)", in ASCII. */
  readonly quantity: string
  readonly unit: Code
}

import type { Code } from './codes.ts'
import type { Equipment } from './provenance.ts'

/** Units of a map, by UCUM. */
export const mapUnits = {
  hounsfield: { value: "[hnsf'U]", scheme: 'UCUM', meaning: 'Hounsfield unit' },
  none: { value: '1', scheme: 'UCUM', meaning: 'no units' },
} as const satisfies Record<string, Code>

/** What every map of a series has in common. */
export interface ParametricMapSeries extends Equipment {
  /** As in `DerivedSeries`: equal ids give equal bytes. */
  readonly exportId: string
  readonly seriesNumber: number
  readonly seriesDescription: string
  /** Method, parameters, model and its hash, seed; at most 1024 characters are kept. */
  readonly derivationDescription: string
  /** What a value is, such as "Perturbation (adversarial - original)"; at most 64 characters are kept. */
  readonly quantity: string
  readonly unit: Code
}

import { arithmetic } from './arithmetic.ts'
import { convolutions } from './convolutions.ts'
import { functions } from './functions.ts'
import { indexing } from './indexing.ts'
import { movement } from './movement.ts'
import { normalizations } from './normalizations.ts'
import { pooling } from './pooling.ts'
import { products } from './products.ts'
import { reductions } from './reductions.ts'
import { sampling } from './sampling.ts'
import type { NamedRuleCase } from './values.ts'

/** Every operator that has a rule, in every form that its rule claims. */
export const ruleCases: readonly NamedRuleCase[] = [
  ...functions,
  ...arithmetic,
  ...reductions,
  ...normalizations,
  ...products,
  ...convolutions,
  ...pooling,
  ...movement,
  ...indexing,
  ...sampling,
]

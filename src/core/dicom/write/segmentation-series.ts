import type { Equipment } from './provenance.ts'

/** What every segmentation of a series has in common. */
export interface SegmentationSeries extends Equipment {
  /** As in `DerivedSeries`: equal ids give equal bytes. */
  readonly exportId: string
  /** Parts the UIDs of the two series of an export. */
  readonly role: 'masks-before' | 'masks-after'
  readonly seriesNumber: number
  readonly seriesDescription: string
  /**
   * Model and its hash; of adversarial images method, parameters and seed as well; at most 1024 characters
   * are kept.
   */
  readonly derivationDescription: string
  /** The model's name; at most 64 characters are kept. */
  readonly algorithmName: string
  /** Image Comments: what is not to be mistaken. */
  readonly comment: string
}

import type { Tensor } from '../tensor/tensor.ts'
import type { GaussianMixture } from './gaussian-mixture.ts'

/** One pass over a group of images: each image as it was when its turn came. */
export interface Epoch {
  /** Counts from 1. */
  readonly epoch: number
  readonly images: number
  /** Mean J. */
  readonly loss: number
  /** Images that met their criterion, before rounding. */
  readonly fooled: number
}

/** One perturbation for all images of a group. */
export interface LearnedPerturbation {
  readonly kind: 'perturbation'
  /** [1, C, H, W], relative intensity. */
  readonly v: Tensor
  readonly epochs: readonly Epoch[]
}

/** What clean images look like at inner tensors, class by class. */
export interface FittedFeatures {
  readonly kind: 'features'
  /** How many features each inner tensor has, in their order. */
  readonly sizes: readonly number[]
  /** By class index: a mixture for each inner tensor. */
  readonly classes: ReadonlyMap<number, readonly GaussianMixture[]>
  /** Clean images of each class. */
  readonly counts: ReadonlyMap<number, number>
}

/** Images that a method mixes into those it attacks. */
export interface CollectedImages {
  readonly kind: 'mix-ins'
  readonly images: readonly {
    /** [C·H·W] */
    readonly image: Float32Array
    /** What its loss is taken against. */
    readonly target: Float32Array
  }[]
}

/** What a method has learned of images before it attacks them. */
export type Learned = LearnedPerturbation | FittedFeatures | CollectedImages

import { entry } from '../../entry.ts'
import type { LossKind } from '../../model/ports.ts'

/** Losses of numbers. */
export type ValueLoss = Extract<LossKind, 'mse' | 'huber'>

export function isValueLoss(loss: unknown): loss is ValueLoss {
  return loss === 'mse' || loss === 'huber'
}

/**
 * J of one sample's outputs [K] and target, in double precision: for events and records. Gradients come from
 * the model's port.
 */
export function valueLossOf(loss: ValueLoss, z: Float32Array, target: Float32Array): number {
  const of = loss === 'mse' ? square : huber
  return meanOver(z, target, of)
}

/**
 * KL divergence in nats of normal distributions of variance 1 around the numbers: half the squared
 * difference, averaged.
 */
export function valueDivergence(a: Float32Array, b: Float32Array): number {
  return meanOver(a, b, square) / 2
}

function meanOver(a: Float32Array, b: Float32Array, of: (difference: number) => number): number {
  return a.reduce((sum, value, i) => sum + of(value - entry(b, i)), 0) / a.length
}

function square(difference: number): number {
  return difference * difference
}

function huber(difference: number): number {
  const size = Math.abs(difference)
  return size <= 1 ? square(size) / 2 : size - 0.5
}

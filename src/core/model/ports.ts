import type { Tensor } from '../tensor/tensor.ts'
import type { BesideImages } from './beside.ts'
import type { VolumeSpace } from '../dicom/stack-space.ts'

/**
 * A float32 tensor that a model takes or gives; null stands for a free extent (a dynamic batch or image
 * size).
 */
export interface TensorSpec {
  readonly name: string
  readonly shape: readonly (number | null)[]
}

/**
 * The loss of one sample, before reduction, as a function of the logits z and a target t of the same shape:
 *
 * - `cross-entropy`: −Σ_k t_k · log softmax(z)_k over the class axis (axis 1), averaged over pixels for dense
 *   outputs [N, K, H, W];
 *   t is one-hot or any soft distribution.
 * - `binary-cross-entropy`: softplus(z) − t·z, averaged over all outputs of a sample.
 * - `mse`: (z − t)², averaged over all outputs of a sample.
 * - `huber`: of d = z − t, d² / 2 where |d| ≤ 1 and |d| − 1/2 elsewhere (Huber 1964, δ = 1), averaged over
 *   all outputs of a sample.
 * - `margin`: max over classes where t = 0 of z, minus z where t = 1 (one-hot t), averaged over pixels for
 *   dense outputs.
 * - `dlr`: (max over classes where t = 0 of z, minus z where t = 1) / (z_π1 − z_π3), π sorting the classes'
 *   distinct logits downwards:
 *   the difference of logits ratio (Croce and Hein 2020, arXiv 2003.01690), for logits [N, K], K ≥ 3, and
 *   one-hot t.
 * - `targeted-dlr`: Σ z·t / (z_π1 − (z_π3 + z_π4) / 2), t of 1 at the wanted class and −1 at the label, K ≥
 *   4.
 * - `dice`: 1 − soft Dice of softmax(z) (sigmoid for one channel) and t, averaged over classes; dense
 *   outputs.
 * - `binary-dice`: the same of the sigmoid of each channel, for classes that may overlap.
 * - `anchor-cross-entropy`, `anchor-binary-cross-entropy`: of a detector's output [N, 4 + K, A], Σ over
 *   anchors of w · J(z, t) with z and t
 *   rows 4 and on, J the cross-entropy over classes or the binary one averaged over them, and w row 0 of the
 *   target.
 * - `dot`: Σ z·t, so that the gradient is the vector-Jacobian product with t.
 */
export type LossKind =
  | 'cross-entropy'
  | 'binary-cross-entropy'
  | 'mse'
  | 'huber'
  | 'margin'
  | 'dlr'
  | 'targeted-dlr'
  | 'dice'
  | 'binary-dice'
  | 'anchor-cross-entropy'
  | 'anchor-binary-cross-entropy'
  | 'dot'

/** Σ weight · J over losses of the same target, such as {'cross-entropy': 0.5, dice: 0.5}. */
export type LossMixture = Readonly<Partial<Record<LossKind, number>>>

/** One weighted target: weight · J(f(x), target). */
export interface LossTerm {
  /** Shape of the logits. */
  readonly target: Tensor
  readonly weight: number
}

/**
 * Σ_i weight_i · J(f(x), target_i), per sample. SMIA's objective J(f(x), y) − α·J(f(x), s) is two terms;
 * heads that are affine in the target (cross-entropy, binary cross-entropy, mse, dot) merge them, so any
 * number of terms costs one backward pass.
 */
export interface LossSpec {
  readonly kind: LossKind | LossMixture
  readonly terms: readonly LossTerm[]
}

export interface LossAndGradient {
  /** Weighted loss per sample, [N]. */
  readonly loss: Float32Array
  /** Values before a final softmax or sigmoid, e.g. [N, K] or [N, K, H, W]. */
  readonly logits: Tensor
  /**
   * d(Σ_n loss_n)/dx, the shape of x. Samples do not mix, so each sample's slice is its own gradient (but for
   * `throughPreprocessing` of neighbouring slices).
   */
  readonly gradient: Tensor
}

/**
 * A model whose loss can be differentiated with respect to its input. All that an attack may know of a model.
 */
export interface DifferentiableModel {
  /** e.g. float32 [null, 3, 224, 224]. */
  readonly input: TensorSpec
  /** The logits, e.g. [null, 5]. */
  readonly output: TensorSpec
  /**
   * Whether [N, 1, H, W] is taken too, for images whose channels follow from the first one (`GreyInput`); it
   * is cheaper.
   */
  readonly takesGrey?: boolean | undefined
  /**
   * Logits of a batch x [N, ...]. @param beside values of its inputs beside the image, where it has any
   * @param space how a stack lies in the patient, for models of volumes
   */
  predict(x: Tensor, beside?: BesideImages, space?: VolumeSpace): Promise<Tensor>
  /** One forward and one backward pass. */
  lossAndGradient(
    x: Tensor,
    loss: LossSpec,
    beside?: BesideImages,
    space?: VolumeSpace,
  ): Promise<LossAndGradient>
  dispose(): Promise<void>
}

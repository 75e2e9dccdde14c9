import { RadversaryError } from '../errors.ts'
import { anyBatch } from '../model/any-batch.ts'
import { finite } from '../model/finite.ts'
import { lossName } from '../model/loss-parts.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec, TensorSpec } from '../model/ports.ts'
import type { GreyInput } from '../model/preprocessing/channels.ts'
import type { Runtime, RuntimeFeeds, RuntimeSession } from '../model/runtime.ts'
import { decodeModel } from '../onnx/codec.ts'
import { withExternalData } from '../onnx/external-data.ts'
import type { OnnxModel } from '../onnx/graph.ts'
import { toFloat32 } from '../onnx/to-float32.ts'
import { extentOf, type Shape, sizeOf, type Tensor } from '../tensor/tensor.ts'
import type { BesideImages } from '../model/beside.ts'
import { besideFeeds, withConstantInputs } from './beside-inputs.ts'
import { batchFactsOf, checkBatch, withBatchExplained } from './batch.ts'
import { forwardModel, gradientGraph, type GradientGraph } from './gradient-graph.ts'
import { fromGrey } from './grey-graph.ts'
import type { LogitsGraph, LogitsOrigin, OutputActivation } from './logits.ts'
import { feed, feedsOf, keyOf, tensorOf } from './feeds.ts'
import { choosePorts, outputSpecOf, specOf, type PortNames, type Ports } from './model-ports.ts'
import { obstacleError } from './obstacles.ts'
import { gradientObstacle } from './operator-obstacles.ts'
import { prepare } from './prepare.ts'
import { straightThrough } from './straight-through.ts'
import { createSession, SessionCache } from './session-cache.ts'

export interface OnnxModelOptions extends OnnxGraphOptions {
  /** A ModelProto. */
  readonly bytes: Uint8Array
}

export interface OnnxGraphOptions extends PortNames {
  /** Contents of external data files by the location that the model names (`externalDataLocations`). */
  readonly externalData?: Readonly<Record<string, Uint8Array>>
  readonly runtime: Runtime
  /** What the output holds; by default a final Softmax, LogSoftmax or Sigmoid is recognised. */
  readonly activation?: OutputActivation
  /** Whether [N, K, 1, 1] is one prediction an image: [N, K]. */
  readonly isOneRow?: boolean | undefined
  /** Hears the first results, and may throw: the card may be wrong about them. */
  readonly checkLogits?: CheckLogits | undefined
  /** What makes a model of images [N, C, H, W] take [N, 1, H, W] too. */
  readonly grey?: GreyInput | undefined
  /**
   * For a quantised model: `gradients` go straight through its rounding; `unrounded` it is computed without
   * any, predictions too.
   */
  readonly straightThrough?: 'gradients' | 'unrounded' | undefined
  /** Shown in errors. */
  readonly file?: string | undefined
  /**
   * Sessions kept ready, one per input shape and loss (and one more to predict); the least recently used are
   * released.
   */
  readonly sessions?: number
}

/** Hears logits [N, K, …] and how they come of what the file gives. */
export type CheckLogits = (logits: Tensor, origin: LogitsOrigin) => void

/** A session and how its graph names things. */
interface GradientSession {
  readonly session: RuntimeSession
  readonly graph: GradientGraph
  readonly origin: LogitsOrigin
  dispose(): Promise<void>
}

interface PredictSession {
  readonly session: RuntimeSession
  readonly input: string
  readonly logits: string
  readonly origin: LogitsOrigin
  dispose(): Promise<void>
}

/**
 * An ONNX model that can be differentiated with respect to its image, on any runtime: graphs that compute the
 * gradient are derived from the model's and run like any other.
 *
 * Throws `model-unreadable` for bytes that are no ONNX model and `model-unsupported` when input or output
 * can't be distinguished; the same for operators without a gradient when the first gradient is asked for.
 */
export function createOnnxModel({ bytes, ...options }: OnnxModelOptions): Promise<DifferentiableModel> {
  return withFile(options.file, () => differentiable(decodeModel(bytes), options))
}

/** The same of a graph that was read already, and perhaps changed. */
export function differentiable(given: OnnxModel, options: OnnxGraphOptions): Promise<DifferentiableModel> {
  return withFile(options.file, () => {
    const whole = toFloat32(withExternalData(given, options.externalData ?? {}))
    const { input } = choosePorts(whole.graph, options)
    const model = withConstantInputs(whole, options.constants ?? {}, input.name)
    const ports = choosePorts(model.graph, { ...options, inputName: input.name })
    const implementation = new OnnxModelImplementation(model, ports, options)
    return Promise.resolve(anyBatch(implementation, batchFactsOf(model, ports)))
  })
}

class OnnxModelImplementation implements DifferentiableModel {
  readonly input: TensorSpec
  readonly output: TensorSpec
  readonly takesGrey: boolean
  private readonly outputText: string
  private readonly predictions: SessionCache<PredictSession>
  private readonly gradients: SessionCache<GradientSession>
  private isChecked = false
  /** The graph of the last shape: predicting and differentiating prepare it once. */
  private prepared: { readonly key: string; readonly graph: Promise<LogitsGraph> } | undefined

  constructor(
    private readonly model: OnnxModel,
    private readonly ports: Ports,
    private readonly options: OnnxGraphOptions,
  ) {
    this.input = specOf(ports.input)
    this.output = outputSpecOf(ports.output, options.isOneRow)
    this.outputText = `Model output '${ports.output.name}'`
    this.takesGrey = options.grey !== undefined
    const capacity = options.sessions ?? 4
    this.predictions = new SessionCache(capacity)
    this.gradients = new SessionCache(capacity)
  }

  predict(x: Tensor, besideX?: BesideImages): Promise<Tensor> {
    return withFile(this.options.file, async () => {
      this.checkInput(x)
      const beside = this.besideOf(x, besideX)
      return this.predictions.use(
        keyOf(x.shape, beside),
        () => this.createPrediction(x.shape, beside),
        async ({ session, input, logits, origin }) => {
          const results = await session.run({ [input]: feed(x), ...beside })
          return this.checked(tensorOf(results, logits), origin)
        },
      )
    })
  }

  lossAndGradient(x: Tensor, loss: LossSpec, besideX?: BesideImages): Promise<LossAndGradient> {
    return withFile(this.options.file, async () => {
      this.checkInput(x)
      const beside = this.besideOf(x, besideX)
      if (loss.terms.length === 0)
        throw new RadversaryError(
          'usage',
          `Loss ${lossName(loss.kind)}: expected at least one target, got none`,
        )
      const key = `${keyOf(x.shape, beside)} ${lossName(loss.kind)} ${loss.terms.length}`
      return this.gradients.use(
        key,
        () => this.createGradient(x.shape, beside, loss),
        async ({ session, graph, origin }) => {
          const results = await session.run({ ...feedsOf(graph, x, loss), ...beside })
          return {
            loss: tensorOf(results, graph.loss).data,
            logits: this.checked(tensorOf(results, graph.logits.name), origin),
            gradient: finite(tensorOf(results, graph.gradient), 'Model gradient'),
          }
        },
      )
    })
  }

  async dispose(): Promise<void> {
    this.prepared = undefined
    await Promise.all([this.predictions.dispose(), this.gradients.dispose()])
  }

  private checked(logits: Tensor, origin: LogitsOrigin): Tensor {
    finite(logits, this.outputText)
    if (!this.isChecked) this.options.checkLogits?.(logits, origin)
    this.isChecked = true
    return logits
  }

  private besideOf(x: Tensor, besideX: BesideImages | undefined): RuntimeFeeds {
    return besideFeeds(this.ports.beside, besideX, extentOf(x.shape, 0))
  }

  private async createPrediction(shape: Shape, beside: RuntimeFeeds): Promise<PredictSession> {
    const prepared = await this.prepare(shape, beside)
    const isUnrounded = this.options.straightThrough === 'unrounded'
    const graph = isUnrounded ? straightThrough(prepared, { rounds: false }) : prepared
    const session = await createSession(this.options.runtime, forwardModel(graph))
    const { input, output, origin } = graph
    return { session, input: input.name, logits: output.name, origin, dispose: () => session.dispose() }
  }

  private async createGradient(
    shape: Shape,
    beside: RuntimeFeeds,
    { kind, terms }: LossSpec,
  ): Promise<GradientSession> {
    const { runtime, straightThrough: how } = this.options
    const obstacle = gradientObstacle(this.model, this.ports.output.name, how !== undefined)
    if (obstacle !== undefined) throw obstacleError(obstacle)
    const quantised = await this.prepare(shape, beside)
    const rounds = how === 'gradients'
    const prepared = how === undefined ? quantised : straightThrough(quantised, { rounds })
    const graph = gradientGraph(prepared, { kind, termCount: terms.length, device: runtime.device })
    const session = await createSession(runtime, graph.model)
    return { session, graph, origin: prepared.origin, dispose: () => session.dispose() }
  }

  private prepare(inputShape: Shape, beside: RuntimeFeeds): Promise<LogitsGraph> {
    const key = keyOf(inputShape, beside)
    if (this.prepared?.key !== key) this.prepared = { key, graph: this.prepareAnew(inputShape, beside) }
    const { prepared } = this
    return prepared.graph.catch((error: unknown) => {
      if (this.prepared === prepared) this.prepared = undefined
      throw error
    })
  }

  private prepareAnew(inputShape: Shape, feeds: RuntimeFeeds): Promise<LogitsGraph> {
    const { model, ports, options } = this
    return withBatchExplained(model, ports, inputShape, async () => {
      const names = { inputName: ports.input.name, outputName: ports.output.name }
      const activation = options.activation ?? 'detect'
      const grey = this.greyOf(inputShape)
      const { isOneRow } = options
      const beside = Object.entries(feeds).map(([name, { dataType, shape }]) => ({ name, dataType, shape }))
      const whole = { ...names, inputShape: withChannels(inputShape, grey), beside, activation, isOneRow }
      const graph = await prepare(model, whole, options.runtime)
      const { origin } = graph
      return { ...checkBatch(grey === undefined ? graph : fromGrey(graph, grey)), origin }
    })
  }

  /** How an input of one channel becomes one of all. */
  private greyOf({ length, 1: channels }: Shape): GreyInput | undefined {
    return length === 4 && channels === 1 ? this.options.grey : undefined
  }

  private checkInput(x: Tensor): void {
    const { name, shape } = this.input
    const whole = withChannels(x.shape, this.greyOf(x.shape))
    const fits =
      shape.length === 0 ||
      (shape.length === whole.length &&
        shape.every((extent, axis) => extent === null || extent === whole[axis]))
    if (!fits || sizeOf(x.shape) === 0)
      throw new RadversaryError(
        'tensor-invalid',
        `Model input '${name}': expected [${shape.map((extent) => extent ?? 'any').join(', ')}], got [${x.shape.join(', ')}]`,
      )
  }
}

function withChannels(shape: Shape, grey: GreyInput | undefined): Shape {
  return grey === undefined ? shape : shape.with(1, grey.scale.length)
}

/** Puts the model's file into errors that name none. */
async function withFile<T>(file: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (file === undefined || !(error instanceof RadversaryError) || error.file !== undefined) throw error
    throw new RadversaryError(error.code, error.message, { tip: error.tip, file, cause: error.cause })
  }
}

import { env, InferenceSession } from 'onnxruntime-node'
import { RadversaryError } from '../../core/errors.ts'
import type { Runtime, RuntimeSession, SessionOptions } from '../../core/model/runtime.ts'
import { decodeModel } from '../../core/onnx/codec.ts'
import { withExternalData } from '../../core/onnx/external-data.ts'
import { modelProto, type ValueInfoProto } from '../../core/onnx/proto.ts'
import { homeFolder, withTemporaryFolder } from '../fs/private-folders.ts'
import { isDeviceBuiltIn, type OrtDevice, providersOf } from './devices.ts'
import { hasVulkanDriver, physicalCores } from './hardware.ts'
import { fromOrtResults, loadError, runError, toOrtFeeds } from './ort-tensors.ts'
import { readWritten, writtenTo } from './written-model.ts'

/**
 * The same ModelProto with the named free dimensions of its inputs fixed. Done on the message, since
 * onnxruntime-node 1.30 declares `freeDimensionOverrides` but its binding ignores it (a test watches that
 * ours works).
 */
function fixFreeDimensions(model: Uint8Array, extents: Readonly<Record<string, number>>): Uint8Array {
  const message = modelProto.decode(model)
  for (const input of message.graph?.input ?? []) fixShape(input, extents)
  return modelProto.encode(message)
}

function fixShape(input: ValueInfoProto, extents: Readonly<Record<string, number>>): void {
  const shape = input.type?.tensorType?.shape
  if (shape === null || shape === undefined) return
  shape.dim = shape.dim.map((dimension) => {
    const extent = extents[dimension.dimParam ?? '']
    return extent === undefined ? dimension : { dimValue: extent }
  })
}

export interface OrtRuntimeOptions {
  readonly device: OrtDevice
  /** Threads of one operator on the CPU; the physical cores by default. */
  readonly threads?: number | undefined
  /** Write ONNX Runtime's profile of each session to files that begin with this path (development only). */
  readonly profilePrefix?: string | undefined
}

export interface OrtRuntime extends Runtime {
  readonly device: OrtDevice
  readonly threads: number
}

// Warnings about initializers and fallbacks would spoil stderr; errors reach us as exceptions anyway. It is
// read at the first session.
env.logLevel = 'fatal'

/**
 * ONNX Runtime 1.30 merges a Pad with zeros into the MaxPool that follows, whose own padding is −∞: where all
 * pixels at a border are negative (a BiT ResNet's stem), the maximum was 0 and becomes one of them. Weights
 * that were dequantised it quantises anew, by scales of its own: outputs of a QDQ model are a level off.
 */
const inexactOptimizers = 'Pad_Fusion;WeightBiasQuantization'

/**
 * The Runtime port on ONNX Runtime. Throws `runtime-failed` when its library for this platform has no such
 * device.
 */
export function createOrtRuntime({
  device,
  threads = physicalCores(),
  profilePrefix,
}: OrtRuntimeOptions): OrtRuntime {
  if (!isDeviceBuiltIn(device))
    throw new RadversaryError(
      'runtime-failed',
      `Runtime: ${device} is not part of ONNX Runtime on ${process.platform} ${process.arch}`,
      {
        tip: 'Use --device auto, or one of the devices that radversary names for this machine.',
      },
    )
  const common: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    extra: { optimization: { disable_specified_optimizers: inexactOptimizers } },
  }
  return {
    device,
    threads,
    createSession: async (model, options = {}) => {
      if (device === 'webgpu') expectVulkanDriver()
      const profiling =
        profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }
      const executionProviders = providersOf(device)
      return wrapSession(
        await load('Session', device, model, options, { ...common, ...profiling, executionProviders }),
        device,
      )
    },
    simplify: (model, options = {}) =>
      withTemporaryFolder(homeFolder(), async (folder) => {
        const { optimizedModelFilePath, session: written } = writtenTo(folder)
        const basic = {
          ...common,
          executionProviders: providersOf('cpu'),
          graphOptimizationLevel: 'basic',
          optimizedModelFilePath,
          extra: { ...common.extra, session: written },
        } as const
        const session = await load('Simplify', 'cpu', model, options, basic)
        await session.release()
        return readWritten(folder, constantsOf(model, options.externalData))
      }),
  }
}

/** Constants that lie beside a model, by name. */
function constantsOf(model: Uint8Array, files: SessionOptions['externalData'] = {}): Map<string, Uint8Array> {
  const { initializers } = withExternalData(decodeModel(model), files).graph
  return new Map([...initializers].map(([name, { raw }]) => [name, raw]))
}

/** Without a driver the library would say so itself, at length and past us. */
function expectVulkanDriver(): void {
  if (process.platform !== 'linux' || hasVulkanDriver()) return
  throw new RadversaryError('runtime-failed', 'WebGPU: expected a Vulkan driver, got none', {
    tip: "Install the graphics card's Vulkan driver, or use --device cpu.",
  })
}

async function load(
  operation: string,
  device: OrtDevice,
  model: Uint8Array,
  { freeDimensions, externalData }: SessionOptions,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    const fixed = freeDimensions === undefined ? model : fixFreeDimensions(model, freeDimensions)
    const files = Object.entries(externalData ?? {}).map(([path, data]) => ({ path, data }))
    return await InferenceSession.create(
      fixed,
      files.length === 0 ? options : { ...options, externalData: files },
    )
  } catch (cause) {
    throw loadError(operation, device, cause)
  }
}

function wrapSession(session: InferenceSession, device: OrtDevice): RuntimeSession {
  let released = false
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (feeds, fetches = session.outputNames) => {
      const inputs = toOrtFeeds(feeds)
      try {
        return fromOrtResults(await session.run(inputs, fetches))
      } catch (cause) {
        throw cause instanceof RadversaryError ? cause : runError(device, cause)
      }
    },
    dispose: async () => {
      if (released) return
      released = true
      await session.release()
    },
  }
}

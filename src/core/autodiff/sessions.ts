import type { Runtime, RuntimeSession } from '../model/runtime.ts'
import { encodeModelApart } from '../onnx/codec.ts'
import type { OnnxModel } from '../onnx/graph.ts'

/**
 * A session over a graph, whose constants it gets without a copy of ours. @throws as `Runtime.createSession`.
 */
export function createSession(runtime: Runtime, model: OnnxModel): Promise<RuntimeSession> {
  const { bytes, externalData } = encodeModelApart(model)
  return runtime.createSession(bytes, { externalData })
}

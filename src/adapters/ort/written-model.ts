import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { internalError } from '../../core/errors.ts'
import { decodeModel, withSubgraph } from '../../core/onnx/codec.ts'
import type { Attribute, OnnxGraph, OnnxModel, OnnxNode } from '../../core/onnx/graph.ts'
import { checked, type OnnxTensor } from '../../core/onnx/onnx-tensor.ts'

const modelName = 'model.onnx'
const constantsName = 'constants'

/** Options of a session that writes its graph to a folder, large constants in a file beside it. */
export function writtenTo(folder: string) {
  return {
    optimizedModelFilePath: join(folder, modelName),
    session: {
      optimized_model_external_initializers_file_name: constantsName,
      optimized_model_external_initializers_min_size_in_bytes: '1024',
    },
  }
}

/** Constants by name, before the session changed some. */
type Given = ReadonlyMap<string, Uint8Array>

/**
 * The model that such a session wrote. Constants that are as they were in `given` are those, so that weights
 * are in memory once; the others are read.
 */
export function readWritten(folder: string, given: Given): OnnxModel {
  const model = decodeModel(readFileSync(join(folder, modelName)))
  const path = join(folder, constantsName)
  const file = existsSync(path) ? openSync(path, 'r') : undefined
  try {
    return { ...model, graph: whole(model.graph, file, given) }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/**
 * A graph with its constants. Bodies of If, Loop and Scan are written anew: ONNX Runtime 1.30 lists each
 * constant of theirs twice when it writes constants beside a graph, and then refuses the model.
 */
function whole(graph: OnnxGraph, file: number | undefined, given: Given): OnnxGraph {
  const tensors = [...graph.initializers].map(
    ([name, tensor]) => [name, wholeTensor(name, tensor, file, given)] as const,
  )
  const withBody = (value: Attribute) => withSubgraph(value, (body) => whole(body, file, new Map()))
  return {
    ...graph,
    initializers: new Map(tensors),
    nodes: graph.nodes.map((node) => mapped(node, withBody)),
  }
}

function mapped(node: OnnxNode, change: (value: Attribute) => Attribute): OnnxNode {
  const attributes = Object.entries(node.attributes).map(([name, value]) => [name, change(value)] as const)
  return { ...node, attributes: Object.fromEntries(attributes) }
}

function wholeTensor(
  name: string,
  { external, ...tensor }: OnnxTensor,
  file: number | undefined,
  given: Given,
): OnnxTensor {
  if (external === undefined) return tensor
  if (file === undefined) throw internalError(`ONNX Runtime wrote no constants beside '${name}'`)
  const { offset, length = 0 } = external
  const old = given.get(name)
  if (old?.byteLength === length && isAt(file, offset, old)) return { ...tensor, raw: old }
  return checked({ ...tensor, raw: bytesAt(file, offset, length) }, name)
}

const chunk = 2 ** 20

/** As many bytes as there are, at most `length`. */
function bytesAt(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length;) {
    const count = readSync(file, bytes, at, Math.min(chunk, length - at), offset + at)
    if (count === 0) return bytes.subarray(0, at)
    at += count
  }
  return bytes
}

/** Whether a file has these bytes from an offset on. */
function isAt(file: number, offset: number, bytes: Uint8Array): boolean {
  const buffer = Buffer.allocUnsafe(Math.min(chunk, bytes.byteLength))
  for (let at = 0; at < bytes.byteLength; at += chunk) {
    const part = bytes.subarray(at, at + chunk)
    const count = readSync(file, buffer, 0, part.byteLength, offset + at)
    if (count !== part.byteLength || buffer.compare(part, 0, part.byteLength, 0, count) !== 0) return false
  }
  return true
}

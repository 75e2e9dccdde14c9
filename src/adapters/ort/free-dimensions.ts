import { modelProto, type ValueInfoProto } from '../../core/onnx/proto.ts'

/**
 * The same ModelProto with the named free dimensions of its inputs fixed. Done on the message, since
 * onnxruntime-node 1.30 declares `freeDimensionOverrides` but its binding ignores it (a test watches that
 * ours works).
 */
export function fixFreeDimensions(model: Uint8Array, extents: Readonly<Record<string, number>>): Uint8Array {
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

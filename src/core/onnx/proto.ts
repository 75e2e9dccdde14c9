import protobuf from 'protobufjs/light.js'

/**
 * The part of ONNX's protobuf schema that we read and write (field numbers of onnx.proto, IR version 10).
 * Messages that only pass through are declared as bytes, which have the same encoding, so that they come out
 * as they went in and cost nothing.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        graph: { type: 'GraphProto', id: 7 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
        functions: { rule: 'repeated', type: 'bytes', id: 25 },
      },
    },
    OperatorSetIdProto: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        sparseInitializer: { rule: 'repeated', type: 'bytes', id: 15 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
        valueInfo: { rule: 'repeated', type: 'ValueInfoProto', id: 13 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'bytes', id: 5 },
        domain: { type: 'string', id: 7 },
      },
    },
    FunctionProto: { fields: { name: { type: 'string', id: 1 }, domain: { type: 'string', id: 10 } } },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        type: { type: 'int32', id: 20 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'TensorProto', id: 5 },
        g: { type: 'bytes', id: 6 },
        floats: { rule: 'repeated', type: 'float', id: 7 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        strings: { rule: 'repeated', type: 'bytes', id: 9 },
        graphs: { rule: 'repeated', type: 'bytes', id: 11 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        floatData: { rule: 'repeated', type: 'float', id: 4 },
        int32Data: { rule: 'repeated', type: 'int32', id: 5 },
        int64Data: { rule: 'repeated', type: 'int64', id: 7 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        doubleData: { rule: 'repeated', type: 'double', id: 10 },
        uint64Data: { rule: 'repeated', type: 'uint64', id: 11 },
        externalData: { rule: 'repeated', type: 'StringStringEntryProto', id: 13 },
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    ValueInfoProto: { fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } } },
    TypeProto: { fields: { tensorType: { type: 'TensorTypeProto', id: 1 } } },
    TensorTypeProto: {
      fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } },
    },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } } },
    DimensionProto: {
      oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
      fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } },
    },
  },
})

/** int64 as protobufjs gives it: its Long class, or a number where no Long is at hand. */
export type Int64 =
  number | { readonly low: number; readonly high: number; readonly unsigned: boolean; toString(): string }

export interface ModelProto {
  irVersion: Int64
  opsetImport: { domain: string; version: Int64 }[]
  producerName: string
  producerVersion: string
  graph: GraphProto | null
  metadataProps: { key: string; value: string }[]
  functions: Uint8Array[]
}

export interface GraphProto {
  node: NodeProto[]
  name: string
  initializer: TensorProto[]
  sparseInitializer: Uint8Array[]
  input: ValueInfoProto[]
  output: ValueInfoProto[]
  valueInfo: ValueInfoProto[]
}

export interface NodeProto {
  input: string[]
  output: string[]
  name: string
  opType: string
  attribute: Uint8Array[]
  domain: string
}

/** Whose body is read by the runtime alone. */
export interface FunctionProto {
  name: string
  domain: string
}

export interface AttributeProto {
  name: string
  type: number
  f: number
  i: Int64
  s: Uint8Array
  t: TensorProto | null
  g: Uint8Array
  floats: number[]
  ints: Int64[]
  strings: Uint8Array[]
  graphs: Uint8Array[]
}

export interface TensorProto {
  dims: Int64[]
  dataType: number
  floatData: number[]
  int32Data: number[]
  int64Data: Int64[]
  name: string
  rawData: Uint8Array
  doubleData: number[]
  uint64Data: Int64[]
  externalData: { key: string; value: string }[]
  dataLocation: number
}

export interface ValueInfoProto {
  name: string
  type: {
    tensorType: { elemType: number; shape: { dim: { dimValue?: Int64; dimParam?: string }[] } | null } | null
  } | null
}

/** Decoding and encoding of one message type. */
interface Codec<Message> {
  decode(bytes: Uint8Array): Message
  encode(message: Partial<Message>): Uint8Array
}

function codec<Message>(name: string): Codec<Message> {
  const type = root.lookupType(name)
  return {
    decode: (bytes) => type.decode(bytes) as unknown as Message,
    encode: (message) => type.encode(message).finish(),
  }
}

export const modelProto = codec<ModelProto>('ModelProto')
export const graphProto = codec<GraphProto>('GraphProto')
export const attributeProto = codec<AttributeProto>('AttributeProto')
export const functionProto = codec<FunctionProto>('FunctionProto')

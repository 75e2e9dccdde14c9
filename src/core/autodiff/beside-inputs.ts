import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import type { BesideImages } from '../model/beside.ts'
import type { RuntimeData, RuntimeTensor } from '../model/runtime.ts'
import type { DataType } from '../onnx/data-type.ts'
import type { OnnxModel, ValueInfo } from '../onnx/graph.ts'
import { bytesOf } from '../onnx/onnx-tensor.ts'
import { extentOf, sizeOf, tensor, type Tensor } from '../tensor/tensor.ts'

/** Values that are the same for every sample, by the input's name. */
export type ConstantInputs = Readonly<Record<string, readonly number[]>>

/** An input beside the image: its type is known, and the first of its extents counts samples. */
export interface BesideInput {
  readonly name: string
  readonly dataType: DataType
  readonly shape: ValueInfo['shape']
  /** The same for every sample; undefined where values come with them. */
  readonly constant: readonly number[] | undefined
}

/**
 * The model with those of the constants as initialisers that do not depend on the batch: their first extent
 * is a number, and not that of the image.
 */
export function withConstantInputs(model: OnnxModel, constants: ConstantInputs, image: string): OnnxModel {
  const { graph } = model
  const batch = graph.inputs.find(({ name }) => name === image)?.shape?.[0]
  const fixed = graph.inputs.filter(({ name, shape }) => name in constants && !isOfSamples(shape, batch))
  if (fixed.length === 0) return model
  const initializers = new Map(graph.initializers)
  for (const { name, dataType, shape } of fixed)
    initializers.set(
      name,
      constantOf({ name, dataType: dataType ?? 'float32', shape }, constants[name] ?? []),
    )
  const names = new Set(fixed.map(({ name }) => name))
  const inputs = graph.inputs.filter(({ name }) => !names.has(name))
  return { ...model, graph: { ...graph, inputs, initializers } }
}

function isOfSamples(shape: ValueInfo['shape'], batch: unknown): boolean {
  const [first] = shape ?? []
  if (first === undefined) return false
  return typeof first !== 'number' || first === batch
}

function constantOf({ name, dataType, shape }: Omit<BesideInput, 'constant'>, values: readonly number[]) {
  const extents = shape?.every((extent) => typeof extent === 'number') ? shape : [values.length]
  const filled = Float32Array.from({ length: sizeOf(extents) }, (_, i) => entry(values, i % values.length))
  if (filled.length % values.length !== 0) throw misfit(name, `${filled.length} values`, values.length)
  return { dataType, shape: extents, raw: bytesOf(typedValues(name, dataType, filled)) }
}

/**
 * What a graph's inputs beside the image are fed for `count` samples. @throws RadversaryError tensor-invalid
 */
export function besideFeeds(
  inputs: readonly BesideInput[],
  beside: BesideImages | undefined,
  count: number,
): Record<string, RuntimeTensor> {
  return Object.fromEntries(inputs.map((input) => [input.name, besideFeed(input, beside, count)]))
}

function besideFeed(input: BesideInput, beside: BesideImages | undefined, count: number): RuntimeTensor {
  const { name, dataType, constant } = input
  const given = constant === undefined ? beside?.[name] : repeated(constant, count)
  if (given === undefined || extentOf(given.shape, 0) !== count)
    throw misfit(name, `values of ${count} samples`, given === undefined ? 'none' : extentOf(given.shape, 0))
  const { shape, data } = inDeclaredShape(input, given)
  return { shape, ...typed(name, dataType, data) }
}

/**
 * Values [N, …] in the shape that the graph declares: a single number of a sample fills all that it takes of
 * one, and extents that it leaves free are those that the values have. @throws RadversaryError tensor-invalid
 */
export function inDeclaredShape({ name, shape }: Pick<BesideInput, 'name' | 'shape'>, given: Tensor): Tensor {
  if (shape === null || shape.length === 0) return given
  const [count, own] = [extentOf(given.shape, 0), given.shape.slice(1)]
  const declared = shape.slice(1)
  const rest = declared.map((extent, axis) =>
    typeof extent === 'number' ? extent : declared.length === own.length ? entry(own, axis) : 1,
  )
  const [size, each] = [sizeOf(rest), sizeOf(own)]
  if (size === each) return tensor([count, ...rest], given.data)
  if (each !== 1) throw misfit(name, `[${rest.join(', ')}] a sample`, `[${own.join(', ')}]`)
  return tensor(
    [count, ...rest],
    Float32Array.from({ length: count * size }, (_, i) => entry(given.data, Math.floor(i / size))),
  )
}

function repeated(values: readonly number[], count: number): Tensor {
  const data = Float32Array.from({ length: count * values.length }, (_, i) =>
    entry(values, i % values.length),
  )
  return { shape: [count, values.length], data }
}

function misfit(name: string, expected: string, got: unknown): RadversaryError {
  return new RadversaryError(
    'tensor-invalid',
    `Model input '${name}': expected ${expected}, got ${String(got)}`,
    { tip: 'Mend its values in inputs of the model card, or of arrays in --beside.' },
  )
}

/** Zeros of an input's type, on which shapes are learnt. */
export function zerosOf({ name, dataType, shape }: ValueInfo): RuntimeTensor {
  const extents = (shape ?? []).map((extent) => (typeof extent === 'number' ? extent : 1))
  return { shape: extents, ...typed(name, dataType ?? 'float32', new Float32Array(sizeOf(extents))) }
}

function typed(
  name: string,
  dataType: DataType,
  values: Float32Array,
): Pick<RuntimeTensor, 'dataType' | 'data'> {
  const data = typedValues(name, dataType, values)
  return { dataType: dataType as RuntimeTensor['dataType'], data }
}

/** Numbers in the runtime's type; truth values are 0 and 1. */
function typedValues(name: string, dataType: DataType, values: Float32Array): RuntimeData {
  switch (dataType) {
    case 'float32':
      return values
    case 'float64':
      return Float64Array.from(values)
    case 'int64':
      return BigInt64Array.from(values, (value) => BigInt(Math.round(value)))
    case 'int32':
      return Int32Array.from(values, Math.round)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values, Math.round)
    case 'int8':
      return Int8Array.from(values, Math.round)
    default:
      throw new RadversaryError(
        'model-unsupported',
        `Model input '${name}': expected numbers of 8, 32 or 64 bits, got ${dataType}`,
        { tip: 'Export the model with a float32 input in its place.' },
      )
  }
}

/** Inputs beside the image that the output needs. @throws RadversaryError model-unsupported for others. */
export function besideInputs(
  others: readonly ValueInfo[],
  { constants = {}, besideNames = [] }: BesideOptions,
): BesideInput[] {
  return others.map(({ name, dataType, shape }) => {
    const constant = constants[name]
    if (constant === undefined && !besideNames.includes(name)) throw unknownInputs(others)
    return { name, dataType: dataType ?? 'float32', shape, constant }
  })
}

export interface BesideOptions {
  readonly constants?: ConstantInputs | undefined
  /** Inputs whose values come with each sample. */
  readonly besideNames?: readonly string[] | undefined
}

function unknownInputs(others: readonly ValueInfo[]): RadversaryError {
  const names = others.map(({ name }) => `'${name}'`).join(', ')
  return new RadversaryError(
    'model-unsupported',
    `Model: expected values of its inputs beside the image, got none for one of ${names}`,
    { tip: 'Say in inputs of the model card, or with --beside NAME=VALUE for arrays, what they are.' },
  )
}

type Json = Readonly<Record<string, unknown>>

interface WeightGroup {
  readonly paths: readonly string[]
  readonly weights: readonly { readonly name: string }[]
}

/** What must be known of a model.json. */
interface ModelJson {
  readonly format: string
  readonly generatedBy: string | undefined
  readonly topology: Json
  readonly groups: readonly WeightGroup[]
}

/**
 * A layers model that Keras 3 wrote (TensorFlow 2.16 and later), as Keras 2 would have: TensorFlow.js 4.22
 * reads no other (tensorflow/tfjs, issues 8321, 8328 and 8494). Other models stay as they are.
 */
export function asKeras2<M extends ModelJson>(manifest: M): M {
  if (manifest.format !== 'layers-model' || !isKeras3(manifest)) return manifest
  const topology = JSON.parse(JSON.stringify(manifest.topology), asKeras2Value) as Json
  return { ...manifest, topology, groups: withNamesOfLayers(manifest.groups, classesByLayer(topology)) }
}

function isKeras3({ generatedBy = '', topology }: ModelJson): boolean {
  const { keras_version: version } = topology
  return /^keras v?3/i.test(generatedBy) || (typeof version === 'string' && version.startsWith('3'))
}

/** JSON.parse's reviver: what is inside a value has been rewritten before. */
function asKeras2Value(key: string, value: unknown): unknown {
  if (key === 'inbound_nodes') return Array.isArray(value) ? value.map(asInboundNode) : value
  if (key === 'input_layers' || key === 'output_layers') return isHistory(value) ? [value] : value
  // Another function by the same name; TensorFlow.js is given this one.
  if (key === 'activation' && value === 'hard_sigmoid') return 'hard_sigmoid_keras3'
  if (!isObject(value)) return value
  const { class_name: className, config } = value
  if (!isObject(config)) return value
  // The policy's name says in what the layer computes; weights are float32 here in any case.
  if (key === 'dtype' && className === 'DTypePolicy') return config['name']
  if (className === 'InputLayer')
    return { ...value, config: renamed(config, 'batch_shape', 'batch_input_shape') }
  if (className === 'LeakyReLU') return { ...value, config: renamed(config, 'negative_slope', 'alpha') }
  return value
}

/** A call's { args, kwargs } as [[layer, node, tensor, {}], …], one for every tensor among the arguments. */
function asInboundNode(node: unknown): unknown {
  return isObject(node) && 'args' in node
    ? historiesIn(node['args']).map((history) => [...history, {}])
    : node
}

type History = readonly [layer: string, node: number, tensor: number]

function historiesIn(value: unknown): History[] {
  if (Array.isArray(value)) return value.flatMap(historiesIn)
  if (!isObject(value) || value['class_name'] !== '__keras_tensor__' || !isObject(value['config'])) return []
  const history = value['config']['keras_history']
  return isHistory(history) ? [history] : []
}

/** Names are paths there, 'model/block/conv/kernel', and depthwise kernels are kernels like any other. */
function withNamesOfLayers(
  groups: readonly WeightGroup[],
  classes: ReadonlyMap<string, string>,
): WeightGroup[] {
  return groups.map(({ paths, weights }) => ({
    paths,
    weights: weights.map((weight) => ({ ...weight, name: nameOfLayer(weight.name, classes) })),
  }))
}

function nameOfLayer(path: string, classes: ReadonlyMap<string, string>): string {
  const steps = path.split('/')
  const weight = steps.pop() ?? ''
  const layer = steps.map((_, at) => steps.slice(at).join('/')).findLast((name) => classes.has(name))
  if (layer === undefined) return path
  const isDepthwise = weight === 'kernel' && classes.get(layer) === 'DepthwiseConv2D'
  return `${layer}/${isDepthwise ? 'depthwise_kernel' : weight}`
}

/** The classes of all layers, those of inner models included, by name. */
function classesByLayer(value: unknown): Map<string, string> {
  if (Array.isArray(value)) return new Map(value.flatMap((each) => [...classesByLayer(each)]))
  if (!isObject(value)) return new Map()
  const inner = Object.values(value).flatMap((each) => [...classesByLayer(each)])
  const { class_name: className, config } = value
  const name = isObject(config) ? config['name'] : undefined
  return new Map(
    typeof className === 'string' && typeof name === 'string' ? [...inner, [name, className]] : inner,
  )
}

function renamed(config: Json, from: string, to: string): Json {
  const { [from]: value, ...rest } = config
  return value === undefined ? config : { ...rest, [to]: value }
}

function isHistory(value: unknown): value is History {
  return (
    Array.isArray(value) && value.length === 3 && typeof value[0] === 'string' && typeof value[1] === 'number'
  )
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

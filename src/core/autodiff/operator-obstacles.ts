import type { Obstacle } from '../model/model-facts.ts'
import { withInner } from '../onnx/codec.ts'
import type { OnnxGraph, OnnxModel, OnnxNode } from '../onnx/graph.ts'
import { viewOf } from '../onnx/graph-end.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import { functionProto } from '../onnx/proto.ts'
import { numericValues } from '../onnx/onnx-tensor.ts'
import { isSuppression } from '../onnx/suppression.ts'
import { chosenRows } from './chosen-rows.ts'
import { writtenOutOps } from './control-flow/write-out.ts'
import { compositeOps, decomposedOps } from './decompose/decompose.ts'
import { sequenceOperators, sequenceTip } from './learn-shapes.ts'
import { isNonDifferentiable } from './non-differentiable.ts'
import { blackBoxes, supportedOps } from './rules.ts'
import { isStraightened } from './straight-through.ts'

/** Integer arithmetic of quantised models: rounding has no gradient. */
const quantising = /Quantize|^QLinear|^QGemm$|^QAttention$|MatMulInteger|ConvInteger|MatMulNBits/

/** Domains of which ONNX Runtime's packages have operators. */
const runtimeDomains = /^$|^ai\.onnx\b|^com\.microsoft\b|^com\.ms\b/

/** Operators of ONNX's own domain that a gradient may pass, in whatever way. */
const passed: ReadonlySet<string> = new Set([
  ...supportedOps,
  ...decomposedOps,
  ...compositeOps,
  ...writtenOutOps,
  'Scatter',
  'Upsample',
])

/** An operator of a domain that neither ONNX Runtime nor the file itself has. */
export function foreignOperator(model: OnnxModel, output: string): Obstacle | undefined {
  const own = functionsOf(model)
  const found = nodesLeadingTo(model.graph.nodes, [output])
    .flatMap(withInner)
    .find((node) => !runtimeDomains.test(node.domain) && !own.has(nameOf(node)))
  if (found === undefined) return undefined
  return {
    of: 'run',
    message: `${nameOf(found)}: expected an operator that ONNX Runtime has, got one of the domain '${found.domain}' (node '${placeOf(found)}')`,
    tip: "Export the model with ONNX's own operators in place of this layer; libraries of custom operators are not loaded.",
  }
}

/**
 * Results behind NonMaxSuppression have a size that the image decides, but for the second stage of a
 * detector, which reads a fixed number of the rows that the first one chose.
 */
export function suppressionsBefore({ graph }: OnnxModel, output: string): Obstacle | undefined {
  const filled = chosenRows(graph.nodes, constantsIn(graph))
  const leading = nodesLeadingTo(
    graph.nodes.filter((node) => !node.outputs.some((name) => filled.has(name))),
    [output],
  )
  const found = leading.flatMap(withInner).filter(isSuppression)
  const [first] = found
  if (first === undefined) return undefined
  const reads = ({ inputs: [boxes = '', scores = ''] }: OnnxNode): string =>
    `boxes '${boxes}', scores '${scores}'`
  const listed = found.map((node) => `'${placeOf(node)}' (${reads(node)})`)
  const last = found.at(-1) ?? first
  const isChain = nodesLeadingTo(graph.nodes, last.inputs.slice(0, 2)).includes(first) && last !== first
  return {
    of: 'run',
    message: `Model: expected scores before any NonMaxSuppression, got results behind ${found.length}: ${listed.join(', ')}`,
    tip: `Cut the graph before ${found.length > 1 ? 'the first one' : 'it'}: name its scores, or the tensor that they come from, as output.name in the card and its boxes as output.boxes.name, here '${first.inputs[1] ?? ''}' and '${first.inputs[0] ?? ''}'.${isChain || filled.size > 0 ? twoStageTip : ''}`,
  }
}

const twoStageTip =
  ' Of a two-stage detector name the class logits of the second stage: they may lie behind the suppression of its proposals where a Slice keeps a fixed number of them (docs/model-card.md).'

/** The numbers of a graph's constants, by name. */
function constantsIn(graph: OnnxGraph): (name: string) => number[] | undefined {
  const { constant } = viewOf(graph)
  return (name) => {
    const tensor = constant(name)
    return tensor === undefined || tensor.external !== undefined ? undefined : numericValues(tensor)
  }
}

/** Sequences of tensors; a note, since the runtime may yet simplify them away. */
export function sequencesBefore(model: OnnxModel, output: string): Obstacle | undefined {
  const found = imageNodes(model, output).find(({ opType }) => sequenceOperators.has(opType))
  if (found === undefined) return undefined
  return {
    of: 'note',
    message: `${nameOf(found)}: sequences of tensors are not supported (node '${placeOf(found)}')`,
    tip: `Neither predictions nor gradients run where they lie on the image's way. ${sequenceTip}`,
  }
}

/**
 * Why a quantised or a runtime's own file has no gradient; undefined for others. @param straightThrough
 * whether it may pass roundings that `straightThrough` computes in floats
 */
export function gradientObstacle(
  model: OnnxModel,
  output: string,
  straightThrough = false,
): Obstacle | undefined {
  const all = imageNodes(model, output).flatMap(withInner)
  const nodes = straightThrough ? all.filter((node) => !isStraightened(node)) : all
  const quantised = nodes.find(({ opType }) => quantising.test(opType))
  if (quantised !== undefined) {
    const isRounding = !straightThrough && gradientObstacle(model, output, true) === undefined
    const how = isRounding ? ', or ask for gradients straight through the rounding (--straight-through)' : ''
    return {
      of: 'gradient',
      message: `Quantised model: expected one in float32, got ${nameOf(quantised)}, whose rounding has no gradient`,
      tip: `Export the model in float32 for methods that need gradients${how}; ${blackBoxes} on this file.`,
      ...(isRounding && { isRounding }),
    }
  }
  const fused = nodes.find(({ domain }) => domain.startsWith('com.microsoft'))
  if (fused === undefined) return undefined
  return {
    of: 'gradient',
    message: `${nameOf(fused)}: no gradient rule (node '${placeOf(fused)}'); the file is optimised for ONNX Runtime`,
    tip: `Use the file as it was exported, without ONNX Runtime's optimisation and with ONNX's own operators; ${blackBoxes} on this file.`,
  }
}

/** Operators on the way of the gradient that have no rule. */
export function withoutRule(model: OnnxModel, output: string): Obstacle | undefined {
  const own = functionsOf(model)
  const missing = new Map<string, OnnxNode>()
  for (const node of imageNodes(model, output).flatMap(withInner))
    if (!isPassed(node) && !own.has(nameOf(node)) && !missing.has(nameOf(node)))
      missing.set(nameOf(node), node)
  if (missing.size === 0) return undefined
  const names = [...missing].map(([name, node]) => `${name} (node '${placeOf(node)}')`)
  return {
    of: 'note',
    message: `No gradient rule for ${names.join(', ')}`,
    tip: `Methods that need gradients will refuse the model unless no gradient passes there; export it with other operators (docs/operators.md lists those that do). ${sentence(blackBoxes)}.`,
  }
}

function isPassed(node: OnnxNode): boolean {
  return (
    isNonDifferentiable(node) || node.opType === 'Constant' || (node.domain === '' && passed.has(node.opType))
  )
}

/** The nodes between the inputs and an output, but those that no gradient can reach. */
function imageNodes({ graph }: OnnxModel, output: string): OnnxNode[] {
  const reached = new Set(graph.inputs.map(({ name }) => name))
  const found = graph.nodes.filter((node) => {
    const isReached = readsOf(node).some((name) => reached.has(name)) && !isNonDifferentiable(node)
    if (isReached) for (const name of node.outputs) reached.add(name)
    return isReached
  })
  return nodesLeadingTo(found, [output])
}

/** Functions that the file itself defines; ONNX Runtime writes them out. */
function functionsOf({ functions }: OnnxModel): ReadonlySet<string> {
  return new Set(
    functions.map((bytes) => functionProto.decode(bytes)).map(({ domain, name }) => `${domain}.${name}`),
  )
}

function nameOf({ domain, opType }: OnnxNode): string {
  return domain === '' ? opType : `${domain}.${opType}`
}

function placeOf({ name, outputs }: OnnxNode): string {
  return name || (outputs[0] ?? '')
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}

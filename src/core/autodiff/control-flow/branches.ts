import { subgraphOf } from '../../onnx/codec.ts'
import { readsOf } from '../../onnx/graph-walk.ts'
import { nodeOf, type OnnxGraph, type OnnxNode, opsetOf } from '../../onnx/graph.ts'
import { numericValues, type OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { stopGradient } from '../../onnx/stop-gradient.ts'
import type { Emitter, Value } from '../emitter.ts'
import { sameShape } from '../shapes.ts'
import type { Refusal, TypedGraph } from '../typed-graph.ts'
import { capturedBy, type Expansion, inlined, liftedConstants } from './subgraph.ts'
import type { ExpansionContext } from './unroll.ts'

/** An If whose branches stand beside it, and what they give; the node itself is still there. */
export interface Join {
  readonly node: OnnxNode
  /** The condition without axes. */
  readonly condition: string
  readonly branches: readonly [then: readonly string[], otherwise: readonly string[]]
}

export interface BranchedExpansion extends Expansion {
  readonly join?: Join
}

/** The first opset with Where. */
const whereOpset = 9

const tip =
  'Export the model without it: torch.where(condition, a, b) in place of if, or traced, with the branch fixed.'

/**
 * Both branches of an If beside it. What they read of the image goes through Where and a stop, so that from
 * the branch that is not taken nothing comes back, not even 0 · ∞ or NaN: dv = Where(condition, g_then, 0) +
 * Where(condition, 0, g_else).
 */
export function expandIf(
  node: OnnxNode,
  { graph, prefix }: Pick<ExpansionContext, 'graph' | 'prefix'>,
): BranchedExpansion | Refusal {
  const [thenBody, elseBody] = ['then_branch', 'else_branch'].map((each) => subgraphOf(node.attributes[each]))
  const flag = graph.values.get(node.inputs[0] ?? '')
  if (thenBody === undefined || elseBody === undefined || flag === undefined)
    return { reason: 'expected a condition and two branches', tip }
  if (flag.constant !== undefined)
    return taken(node, numericValues(flag.constant)[0] === 1 ? thenBody : elseBody, prefix)
  if (opsetOf(graph) < whereOpset)
    return { reason: `it depends on the image, expected opset ${whereOpset} or later`, tip }
  return sideBySide(node, [thenBody, elseBody], graph, prefix)
}

function taken(node: OnnxNode, body: OnnxGraph, prefix: string): Expansion {
  const { constants, names } = liftedConstants(body, prefix)
  const { nodes, outputs } = inlined(body, prefix, names)
  const results = node.outputs.flatMap((name, index) =>
    name === '' ? [] : [nodeOf('Identity', [outputs[index] ?? ''], name)],
  )
  return { nodes: [...nodes, ...results], constants }
}

function sideBySide(
  node: OnnxNode,
  bodies: readonly [OnnxGraph, OnnxGraph],
  { values }: TypedGraph,
  prefix: string,
): BranchedExpansion {
  const condition = `${prefix}condition`
  const nodes = [nodeOf('Squeeze', [node.inputs[0] ?? ''], condition)]
  const constants = new Map<string, OnnxTensor>()
  const captured = new Set(bodies.flatMap((body) => [...capturedBy(body)]))
  const guarded = [...captured].filter((name) => isVariable(values.get(name)))
  guarded.forEach((name, index) => nodes.push(stopGradient(name, `${prefix}stopped${index}`)))
  const [then, otherwise] = bodies.map((body, side) => {
    const own = `${prefix}${side}_`
    const lifted = liftedConstants(body, own)
    for (const [name, tensor] of lifted.constants) constants.set(name, tensor)
    guarded.forEach((name, index) => {
      const pair = side === 0 ? [name, `${prefix}stopped${index}`] : [`${prefix}stopped${index}`, name]
      nodes.push(nodeOf('Where', [condition, ...pair], `${own}guarded${index}`))
    })
    const given = guarded.map((name, index) => [name, `${own}guarded${index}`] as const)
    const branch = inlined(body, own, new Map([...lifted.names, ...given]))
    nodes.push(...branch.nodes)
    return branch.outputs
  })
  return { nodes, constants, join: { node, condition, branches: [then ?? [], otherwise ?? []] } }
}

/** Whether a gradient may pass a value. */
function isVariable(value: Value | undefined): boolean {
  return value !== undefined && value.constant === undefined && value.dataType === 'float32'
}

/**
 * The names of values that are those of the branch taken, one for each output of the If; null for outputs
 * that nobody reads.
 */
export function joined(
  { node, condition, branches }: Join,
  { nodes, values, output }: TypedGraph,
  emit: Emitter,
): (string | null)[] | Refusal {
  const read = new Set([...nodes.flatMap(readsOf), output.name])
  const flag = values.get(condition)
  const results: (string | null)[] = []
  for (const [index, name] of node.outputs.entries()) {
    const [a, b] = branches.map((outputs) => values.get(outputs[index] ?? ''))
    const isRead = read.has(name)
    if (isRead && (flag === undefined || a === undefined || b === undefined))
      return { reason: 'a branch gives a value of no known shape', tip }
    if (!isRead || flag === undefined || a === undefined || b === undefined) results.push(null)
    else if (!sameShape(a.shape, b.shape) || a.dataType !== b.dataType)
      return {
        reason: `it depends on the image, and its branches differ in shape, ${inWords(a)} and ${inWords(b)}`,
        tip,
      }
    else results.push((a.dataType === 'bool' ? chosenTruth(flag, a, b, emit) : emit.where(flag, a, b)).name)
  }
  return results
}

/** Runtimes have no Where of truth values. */
function chosenTruth(flag: Value, a: Value, b: Value, emit: Emitter): Value {
  const not = emit.test('Not', flag)
  return emit.test('Or', emit.test('And', flag, a), emit.test('And', not, b))
}

function inWords({ dataType, shape }: Value): string {
  return `${dataType} [${shape.join(', ')}]`
}

import { intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import { extentOf } from '../../tensor/tensor.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'
import { range } from '../shapes.ts'
import type { Decomposition } from './decomposition.ts'

/** What one direction's weights and states are: W x for every step, and what a step makes of it. */
interface Cell {
  /** W x + Wb of one step, [N, gates · H]. */
  readonly input: Value
  /** The recurrent weights, transposed, [H, gates · H]. */
  readonly weights: Value
  /** The recurrent bias, [gates · H]; undefined where there is none. */
  readonly bias: Value | undefined
  readonly hidden: Value
  /** LSTM's cell state. */
  readonly memory: Value
}

interface State {
  readonly hidden: Value
  readonly memory: Value
}

type Step = (cell: Cell, emit: Emitter) => State

/** tanh(W x + R h + b), or another activation for tanh. */
export const rnn: Decomposition = (node, emit) => {
  const activations = activationsOf(node, ['Tanh'])
  return recurrent(node, emit, 1, (direction) => (cell) => {
    const hidden = emit.map(activations[direction] ?? 'Tanh', emit.add(cell.input, recurrentPart(cell, emit)))
    return { hidden, memory: hidden }
  })
}

/** Gates in ONNX's order: input, output, forget, cell. */
export const lstm: Decomposition = (node, emit) => {
  if (node.optionalInput(7) !== undefined) throw node.unsupported('no peepholes', 'some')
  if (intAttribute(node, 'input_forget', 0) !== 0) throw node.unsupported('input_forget 0', '1')
  expectDefault(node, ['Sigmoid', 'Tanh', 'Tanh'])
  return recurrent(node, emit, 4, () => (cell) => {
    const gates = emit.add(cell.input, recurrentPart(cell, emit))
    const sigmoid = (gate: number) => emit.map('Sigmoid', gateOf(gates, gate, 4, emit))
    const [input, output, forget] = [sigmoid(0), sigmoid(1), sigmoid(2)]
    const candidate = emit.map('Tanh', gateOf(gates, 3, 4, emit))
    const memory = emit.add(emit.mul(forget, cell.memory), emit.mul(input, candidate))
    return { hidden: emit.mul(output, emit.map('Tanh', memory)), memory }
  })
}

/** Gates in ONNX's order: update, reset, hidden. */
export const gru: Decomposition = (node, emit) => {
  expectDefault(node, ['Sigmoid', 'Tanh'])
  const isLinear = intAttribute(node, 'linear_before_reset', 0) !== 0
  return recurrent(node, emit, 3, () => (cell) => {
    const whole = recurrentPart(cell, emit)
    const gate = (index: number): Value =>
      emit.map('Sigmoid', emit.add(gateOf(cell.input, index, 3, emit), gateOf(whole, index, 3, emit)))
    const [update, reset] = [gate(0), gate(1)]
    const recalled = isLinear ? emit.mul(reset, gateOf(whole, 2, 3, emit)) : afterReset(cell, reset, emit)
    const candidate = emit.map('Tanh', emit.add(gateOf(cell.input, 2, 3, emit), recalled))
    const kept = emit.mul(update, emit.sub(cell.hidden, candidate))
    const hidden = emit.add(candidate, kept)
    return { hidden, memory: hidden }
  })
}

/** R (r h) + b of the hidden gate alone. */
function afterReset(cell: Cell, reset: Value, emit: Emitter): Value {
  const product = emit.matmul(emit.mul(reset, cell.hidden), gateOf(cell.weights, 2, 3, emit))
  return cell.bias === undefined ? product : emit.add(product, gateOf(cell.bias, 2, 3, emit))
}

/** R h + Rb. */
function recurrentPart({ hidden, weights, bias }: Cell, emit: Emitter): Value {
  const product = emit.matmul(hidden, weights)
  return bias === undefined ? product : emit.add(product, bias)
}

/** One gate's part of the last axis. */
function gateOf(x: Value, gate: number, gates: number, emit: Emitter): Value {
  const axis = x.shape.length - 1
  const width = extentOf(x.shape, axis) / gates
  return emit.slice(x, { axes: [axis], starts: [gate * width], ends: [(gate + 1) * width] })
}

/** The steps one after the other, for each direction: Y, Y_h and Y_c. */
function recurrent(
  node: ForwardNode,
  emit: Emitter,
  gates: number,
  stepOf: (direction: number) => Step,
): Value[] {
  if (node.optionalInput(4) !== undefined) throw node.unsupported('sequences of one length', 'sequence_lens')
  if (node.attributes['clip'] !== undefined) throw node.unsupported('no clip', 'one')
  if (intAttribute(node, 'layout', 0) !== 0) throw node.unsupported('layout 0', '1')
  const given = stringAttribute(node, 'direction', 'forward')
  const directions = given === 'bidirectional' ? ['forward', 'reverse'] : [given]
  const runs = directions.map((each, index) =>
    runOf(node, emit, { gates, direction: index, isReverse: each === 'reverse', step: stepOf(index) }),
  )
  const last = (key: keyof State): Value =>
    emit.concat(
      runs.map(({ end }) => stacked(end[key], [0], emit)),
      0,
    )
  const steps = range(extentOf(node.x.shape, 0)).map((time) =>
    emit.concat(
      runs.map(({ hidden }) => stacked(hidden[time] ?? node.x, [0, 1], emit)),
      1,
    ),
  )
  return [emit.concat(steps, 0), last('hidden'), last('memory')]
}

interface Run {
  readonly gates: number
  readonly direction: number
  readonly isReverse: boolean
  readonly step: Step
}

function runOf(
  node: ForwardNode,
  emit: Emitter,
  { gates, direction, isReverse, step }: Run,
): { readonly hidden: readonly Value[]; readonly end: State } {
  const own = (index: number): Value | undefined => {
    const value = node.optionalInput(index)
    return value === undefined ? undefined : pick(value, direction, emit)
  }
  const [length, batch] = [extentOf(node.x.shape, 0), extentOf(node.x.shape, 1)]
  const [weights, recurrentWeights] = [own(1), own(2)].map((each) => emit.transposeMatrix(each ?? node.x))
  const zeros = emit.zeros([batch, extentOf((recurrentWeights ?? node.x).shape, 0)])
  const bias = own(3)
  const product = emit.matmul(node.x, weights ?? node.x)
  const inputs = bias === undefined ? product : emit.add(product, gateOf(bias, 0, 2, emit))
  let state: State = { hidden: own(5) ?? zeros, memory: (gates === 4 ? own(6) : undefined) ?? zeros }
  const hidden: Value[] = []
  const order = isReverse ? range(length).toReversed() : range(length)
  for (const time of order) {
    const recurrentBias = bias === undefined ? undefined : gateOf(bias, 1, 2, emit)
    const cell = { input: pick(inputs, time, emit), weights: recurrentWeights ?? node.x, bias: recurrentBias }
    state = step({ ...cell, ...state }, emit)
    hidden[time] = state.hidden
  }
  return { hidden, end: state }
}

/** x[index], without the first axis. */
function pick(x: Value, index: number, emit: Emitter): Value {
  const part = emit.slice(x, { axes: [0], starts: [index], ends: [index + 1] })
  return emit.reshape(part, x.shape.slice(1))
}

/** With new axes of extent 1. */
function stacked(x: Value, axes: readonly number[], emit: Emitter): Value {
  return emit.reshape(x, [...axes.map(() => 1), ...x.shape])
}

/** The names of the activations, one direction after the other. */
function activationsOf(node: ForwardNode, otherwise: readonly string[]): readonly string[] {
  const attribute = node.attributes['activations']
  if (typeof attribute !== 'object' || !('strings' in attribute)) return [...otherwise, ...otherwise]
  const refused = attribute.strings.find((each) => !['Tanh', 'Relu', 'Sigmoid'].includes(each))
  if (refused !== undefined) throw node.unsupported('activations Tanh, Relu or Sigmoid', refused)
  return attribute.strings
}

function expectDefault(node: ForwardNode, names: readonly string[]): void {
  const found = activationsOf(node, names)
  if (found.some((each, index) => each !== names[index % names.length]))
    throw node.unsupported(`activations ${names.join(', ')}`, found.join(', '))
}

import type { Emitter, Value } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'

/**
 * The vector-Jacobian product of one operator: given the cotangents of a node's outputs (d loss / d output),
 * one function per input that emits the nodes computing that input's cotangent, which has the input's shape.
 * A function is called only if somebody needs its result; null stands for an input through which no gradient
 * is implemented (asking for it is an error, never a silent zero).
 */
export type VjpRule = (node: ForwardNode, emit: Emitter) => readonly (InputVjp | null)[]

/** Emits the nodes of one input's cotangent. */
export type InputVjp = () => Value

/** The labels of an axis each, by operand and of the result; no ellipsis any more. */
export interface EinsumEquation {
  readonly operands: readonly Labels[]
  readonly result: Labels
}

/** One letter an axis. */
export type Labels = readonly string[]

const letters = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
const ellipsis = '...'

/**
 * An equation of ONNX Einsum (opset 12), e.g. 'bij,bjk->bik' or '...ij,...jk', for operands of the given
 * ranks: an ellipsis becomes labels that the equation does not use, aligned from the right; without an arrow
 * the result has the ellipsis and then, in alphabetical order, every label that occurs once.
 */
export function parseEquation(equation: string, ranks: readonly number[]): EinsumEquation {
  const [left = '', right] = equation.replaceAll(/\s/g, '').split('->')
  const terms = left.split(',')
  const widths = terms.map((term, index) =>
    term.includes(ellipsis) ? (ranks[index] ?? 0) - term.length + ellipsis.length : 0,
  )
  const free = letters.filter((letter) => !left.includes(letter)).slice(0, Math.max(...widths))
  const labels = (term: string, width: number): Labels =>
    Array.from(term.replace(ellipsis, free.slice(free.length - width).join('')))
  return {
    operands: terms.map((term, index) => labels(term, widths[index] ?? 0)),
    result: labels(right ?? implicitResult(left), free.length),
  }
}

function implicitResult(left: string): string {
  const once = letters.filter((letter) => left.split(letter).length === 2)
  return (left.includes(ellipsis) ? ellipsis : '') + once.sort().join('')
}

/** Whether a query, by its tRPC key, asks of this study. */
export function isQueryOfStudy(study: string, [, options]: readonly unknown[]): boolean {
  const input = isObject(options) && 'input' in options ? options.input : undefined
  return isObject(input) && 'study' in input && input.study === study
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

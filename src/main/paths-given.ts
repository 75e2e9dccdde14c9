import { isAbsolute, resolve } from 'node:path'

/**
 * Files and folders among a command line's arguments, e.g. of a second start: what neither is an option nor
 * the application itself.
 * @param args without the program
 */
export function pathsGiven(args: readonly string[], folder: string, application: string): string[] {
  const paths = args.filter((arg) => !arg.startsWith('-') && arg !== '')
  return paths
    .map((path) => (isAbsolute(path) ? path : resolve(folder, path)))
    .filter((path) => path !== resolve(application))
}

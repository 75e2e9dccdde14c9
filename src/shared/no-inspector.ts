/** A process, as far as it hears signals. */
interface HearsSignals {
  on(signal: 'SIGUSR1', listener: () => void): unknown
}

/**
 * Takes SIGUSR1 from Node, which would open its inspector on it: a port that lets every program of this
 * machine into the process.
 */
export function keepInspectorShut(process: HearsSignals): void {
  process.on('SIGUSR1', () => undefined)
}

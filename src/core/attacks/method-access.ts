import type { AttackMethodName } from './attack-methods.ts'

/** What a method knows of the model: its gradient, its predictions, or nothing. */
export type MethodAccess = 'white-box' | 'black-box' | 'none'

const others: Partial<Record<AttackMethodName, MethodAccess>> = {
  square: 'black-box',
  'square-l2': 'black-box',
  spsa: 'black-box',
  hopskipjump: 'black-box',
  'hopskipjump-linf': 'black-box',
  noise: 'none',
  'gaussian-noise': 'none',
  'gaussian-blur': 'none',
  'low-contrast': 'none',
  'motion-blur': 'none',
}

export function accessOf(method: string): MethodAccess {
  return Object.entries(others).find(([name]) => name === method)?.[1] ?? 'white-box'
}

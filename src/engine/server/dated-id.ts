import { randomBytes } from 'node:crypto'

/** The name of a kept thing's folder, e.g. 20261125-143000-a1b2c3: sorts by time. */
export function datedId(created: Date): string {
  const [date = '', time = ''] = created.toISOString().replace(/[-:]/g, '').split('T')
  return `${date}-${time.slice(0, 6)}-${randomBytes(3).toString('hex')}`
}

/** Ids come from outside: one that isn't ours could lead anywhere. */
export function isDatedId(id: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(id)
}

export const repository: string
export function returnToCaller(): void

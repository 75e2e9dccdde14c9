export function electronBinary(): string | undefined
export function hasDisplay(): boolean

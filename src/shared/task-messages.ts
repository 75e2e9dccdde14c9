/**
 * What the engine's process asks of Electron's main, which alone can start processes: one for tasks, known by
 * a number that the engine counts, what is sent to it, and that it be ended.
 */
export type TaskAsk =
  | { readonly type: 'start-task-process' | 'end-task-process'; readonly id: number }
  | { readonly type: 'send-to-task-process'; readonly id: number; readonly message: unknown }

/** What main reports to the engine's process of one. */
export type TaskReport =
  | { readonly type: 'task-process-said'; readonly id: number; readonly message: unknown }
  | { readonly type: 'task-process-gone'; readonly id: number; readonly code: number }

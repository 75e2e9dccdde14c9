import { attackLaneTasks } from './attack/lane-tasks.ts'
import { compareLaneTasks } from './compare/lane-tasks.ts'
import { serveTasks } from './threads/serve-tasks.ts'

/** The entry of a thread that is a lane of an attack or of a comparison. */
serveTasks({ ...attackLaneTasks, ...compareLaneTasks })

import { serveTasks } from '../threads/serve-tasks.ts'
import { modelTasks } from './model-tasks.ts'

/** The entry of a thread that has a model. */
serveTasks(modelTasks)

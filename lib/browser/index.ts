export { createProjectClient, type ProjectClient } from './client.js'
export type {
  ProjectClientEvent,
  ProjectClientOptions,
  ProjectSessionOptions,
  TokenRequest,
} from './options.js'
export { problemOf, type Problem, type ProblemCode } from './problem.js'
export { ProjectClientError, type ProjectClientErrorCode } from './project-client-error.js'

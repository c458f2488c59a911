export { createProjectClient, type ProjectClient } from './client.js'
export { openSocket } from './open-socket.js'
export type {
  GivenToken,
  ProjectClientEvent,
  ProjectClientOptions,
  ProjectSessionOptions,
  TokenRequest,
} from './options.js'
export {
  openPortal,
  type OpenPortalOptions,
  type PortalError,
  type Portal,
  type PortalFrame,
  type PortalWindow,
} from './portal/open-portal.js'
export type { OtherWindow } from './portal/windows.js'
export { receiveToken, type ReceivedToken, type ReceiveTokenOptions } from './portal/receive-token.js'
export { problemOf, type Problem, type ProblemCode } from './problem.js'
export { ProjectClientError, type ProjectClientErrorCode } from './project-client-error.js'

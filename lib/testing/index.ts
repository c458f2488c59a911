export { createTestProject, type TestProject } from './project.js'
export { createTestSessionIssuer, type TestSessionIssuer } from './session-issuer.js'
export type { TokenOverrides } from './token-overrides.js'

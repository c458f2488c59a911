import { createProjectClient } from 'reverse-jwt/browser'

globalThis.clientOf = createProjectClient

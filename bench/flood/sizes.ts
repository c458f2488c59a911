export const attackingConnections = 64
/** Honest calls a second. */
export const honestRate = 200
/** Attacks a second in the rounds with a fixed rate. */
export const attackRate = 3000

export const httpContestants: readonly { name: string; note: string }[] = []

/** Stands in for @azure/identity. */
export class DefaultAzureCredential {}

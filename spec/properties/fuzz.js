/** For `npm run fuzz`: thousands of times the cases of `npm test`, unless a number is given. */
process.env.FUZZ_CASES ??= '10000000'

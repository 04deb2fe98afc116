"""The code of contracts/core, line by line, in arithmetic that can be computed with and proved about."""

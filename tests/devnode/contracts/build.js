// Compiles the contracts that the node has from its first block. Needs `npm install --no-save solc@0.8.37` in this directory.
// The artefacts are checked in, so that building the node needs no compiler for Solidity.
const fs = require("fs");
const path = require("path");
const solc = require("solc");

const settings = {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } },
};
for (const name of ["StylusDeployer", "CacheManager"]) {
    const source = fs.readFileSync(path.join(__dirname, `${name}.sol`), "utf8");
    const input = { language: "Solidity", sources: { [`${name}.sol`]: { content: source } }, settings };
    const output = JSON.parse(solc.compile(JSON.stringify(input)));
    const problems = output.errors || [];
    problems.forEach((problem) => console.error(problem.formattedMessage));
    if (problems.some((problem) => problem.severity === "error")) process.exit(1);
    const code = output.contracts[`${name}.sol`][name].evm.deployedBytecode.object;
    fs.writeFileSync(path.join(__dirname, `${name}.hex`), code + "\n");
    console.log(`${name}, ${solc.version()}: ${code.length / 2} bytes`);
}

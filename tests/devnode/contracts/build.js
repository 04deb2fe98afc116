// Compiles the contract that the node has from its first block. Needs `npm install solc@0.8.37` in this directory.
// The artefact is checked in, so that building the node needs no compiler for Solidity.
const fs = require("fs");
const path = require("path");
const solc = require("solc");

const source = fs.readFileSync(path.join(__dirname, "StylusDeployer.sol"), "utf8");
const settings = {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } },
};
const input = { language: "Solidity", sources: { "StylusDeployer.sol": { content: source } }, settings };
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const problems = output.errors || [];
problems.forEach((problem) => console.error(problem.formattedMessage));
if (problems.some((problem) => problem.severity === "error")) process.exit(1);
const code = output.contracts["StylusDeployer.sol"].StylusDeployer.evm.deployedBytecode.object;
fs.writeFileSync(path.join(__dirname, "StylusDeployer.hex"), code + "\n");
console.log(`${solc.version()}: ${code.length / 2} bytes`);

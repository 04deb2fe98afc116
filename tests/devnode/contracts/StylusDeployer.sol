// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// The part of Arbitrum's ArbWasm precompile that is needed here.
interface IArbWasm {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
}

/// Creates a Stylus program, activates it and calls its constructor, in one transaction.
///
/// Written for the development node after the interface and the behaviour of the contract that Arbitrum's chains have at
/// 0xcEcba2F1DC234f70Dd89F2041029807F8D03A990, so that tools which deploy through that address work here too.
///
/// Design
/// - The constructor's arguments and value are part of a CREATE2 salt: who finds a program at a predicted address knows
///   what it was constructed with.
/// - Value that neither activation nor constructor took goes back to the caller; nothing stays here.
contract StylusDeployer {
    IArbWasm private constant ARB_WASM = IArbWasm(0x0000000000000000000000000000000000000071);

    event ContractDeployed(address deployedContract);

    error EmptyBytecode();
    error ContractDeploymentError(bytes bytecode);
    error ContractInitializationError(address newContract);
    error InitValueButNotInitData();
    error RefundExcessValueError(uint256 excessValue);

    /// Creates a program from `bytecode`, activates it unless its code is active already, and calls it with `initData`
    /// and `initValue`. Uses CREATE2 unless `salt` is zero. The value sent has to cover activation and `initValue`.
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        public
        payable
        returns (address program)
    {
        if (bytecode.length == 0) revert EmptyBytecode();
        if (initData.length == 0 && initValue != 0) revert InitValueButNotInitData();

        program = create(bytecode, salt == 0 ? salt : initSalt(salt, initData, initValue));
        if (requiresActivation(program)) {
            // Checked arithmetic: sending less than the constructor's value reverts here.
            ARB_WASM.activateProgram{value: msg.value - initValue}(program);
        }
        if (initData.length != 0) {
            (bool constructed,) = program.call{value: initValue}(initData);
            if (!constructed) revert ContractInitializationError(program);
        }
        uint256 excess = address(this).balance;
        if (excess != 0) {
            (bool refunded,) = msg.sender.call{value: excess}("");
            if (!refunded) revert RefundExcessValueError(excess);
        }
        emit ContractDeployed(program);
    }

    /// The salt that CREATE2 is given.
    function initSalt(bytes32 salt, bytes calldata initData, uint256 initValue) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(salt, initData, initValue));
    }

    /// Whether a program has to be activated before it can be called.
    function requiresActivation(address program) public view returns (bool) {
        // The precompile reverts for code that is not active at the chain's version of Stylus.
        try ARB_WASM.codehashVersion(program.codehash) returns (uint16) {
            return false;
        } catch {
            return true;
        }
    }

    function create(bytes memory bytecode, bytes32 salt) private returns (address program) {
        assembly ("memory-safe") {
            switch salt
            case 0 { program := create(0, add(bytecode, 0x20), mload(bytecode)) }
            default { program := create2(0, add(bytecode, 0x20), mload(bytecode), salt) }
            if and(iszero(program), gt(returndatasize(), 0)) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
        if (program == address(0)) revert ContractDeploymentError(bytecode);
    }
}

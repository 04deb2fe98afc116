// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// The parts of Arbitrum's precompiles that are needed here.
interface IArbWasm {
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
}

interface IArbWasmCache {
    function cacheProgram(address program) external;
    function evictCodehash(bytes32 codehash) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);
}

/// Sells places in the chain's cache of programs to who bids most.
///
/// Written for the development node after the interface and the behaviour of the contract that Arbitrum's chains have, so
/// that `cargo stylus cache` works here too.
///
/// Design
/// - A bid loses value with time: what is compared is the bid plus `decay` wei for each second of the chain's time at which
///   it was made, so a later bid of the same value stands higher.
/// - The lowest bids make room for a higher one. They are searched one by one; a development chain has few.
/// - Nobody owns it: its settings are constants, bids are never paused, and what was paid stays here.
contract CacheManager {
    struct Entry {
        bytes32 code;
        uint64 size;
        uint192 bid;
    }

    IArbWasm private constant ARB_WASM = IArbWasm(0x0000000000000000000000000000000000000071);
    IArbWasmCache private constant ARB_WASM_CACHE = IArbWasmCache(0x0000000000000000000000000000000000000072);

    uint64 public constant cacheSize = 512 * 1024 * 1024;
    /// Wei a second: a bid of one gwei stands for about three weeks.
    uint64 public constant decay = 500;
    bool public constant isPaused = false;
    /// A smaller program takes as much.
    uint64 private constant MIN_SIZE = 4096;

    uint64 public queueSize;
    Entry[] public entries;

    event InsertBid(bytes32 indexed codehash, uint192 bid, uint64 size);
    event DeleteBid(bytes32 indexed codehash, uint192 bid, uint64 size);

    error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);
    error AlreadyCached(bytes32 codehash);
    error BidTooLarge(uint256 bid);
    error BidTooSmall(uint192 bid, uint192 min);

    /// Caches a program for the value that is sent, unless that is less than what the lowest bids stand at.
    function placeBid(address program) external payable {
        bytes32 code = program.codehash;
        if (ARB_WASM_CACHE.codehashIsCached(code)) revert AlreadyCached(code);
        uint64 size = asmSize(code);
        if (size > cacheSize) revert AsmTooLarge(size, queueSize, cacheSize);
        uint256 standing = msg.value + decayed();
        if (standing > type(uint192).max) revert BidTooLarge(standing);
        uint192 bid = uint192(standing);
        while (queueSize + size > cacheSize) {
            uint256 lowest = lowestBid();
            Entry memory evicted = entries[lowest];
            if (bid < evicted.bid) revert BidTooSmall(bid, evicted.bid);
            entries[lowest] = entries[entries.length - 1];
            entries.pop();
            queueSize -= evicted.size;
            ARB_WASM_CACHE.evictCodehash(evicted.code);
            emit DeleteBid(evicted.code, evicted.bid, evicted.size);
        }
        entries.push(Entry(code, size, bid));
        queueSize += size;
        ARB_WASM_CACHE.cacheProgram(program);
        emit InsertBid(code, bid, size);
    }

    /// The least value that has a program cached now.
    function getMinBid(address program) external view returns (uint192 min) {
        return getMinBid(asmSize(program.codehash));
    }

    /// The least value that has a program of this size cached now.
    function getMinBid(uint64 size) public view returns (uint192 min) {
        if (size > cacheSize) revert AsmTooLarge(size, 0, cacheSize);
        Entry[] memory left = entries;
        uint64 free = cacheSize - queueSize;
        while (free < size) {
            uint256 lowest = 0;
            for (uint256 i = 1; i < left.length; i++) {
                if (left[i].bid < left[lowest].bid) lowest = i;
            }
            min = left[lowest].bid;
            free += left[lowest].size;
            left[lowest].bid = type(uint192).max;
        }
        uint256 now_ = decayed();
        return min < now_ ? 0 : min - uint192(now_);
    }

    /// Every program that was cached here.
    function getEntries() external view returns (Entry[] memory) {
        return entries;
    }

    function decayed() private view returns (uint256) {
        return block.timestamp * decay;
    }

    function asmSize(bytes32 code) private view returns (uint64) {
        uint32 size = ARB_WASM.codehashAsmSize(code);
        return size < MIN_SIZE ? MIN_SIZE : size;
    }

    function lowestBid() private view returns (uint256 lowest) {
        for (uint256 i = 1; i < entries.length; i++) {
            if (entries[i].bid < entries[lowest].bid) lowest = i;
        }
    }
}

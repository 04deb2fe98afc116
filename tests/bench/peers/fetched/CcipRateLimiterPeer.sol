// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RateLimiter} from "@chainlink/contracts-ccip/contracts/libraries/RateLimiter.sol";

/// @notice CCIP's token bucket, one for the contract.
contract CcipRateLimiterPeer {
    using RateLimiter for RateLimiter.TokenBucket;

    RateLimiter.TokenBucket private bucket;

    constructor(uint128 capacity, uint128 rate) {
        bucket._setTokenBucketConfig(RateLimiter.Config({isEnabled: true, capacity: capacity, rate: rate}));
    }

    function run(address asset, uint256 amount) external {
        bucket._consume(amount, asset);
    }
}

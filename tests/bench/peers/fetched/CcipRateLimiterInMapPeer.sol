// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RateLimiter} from "@chainlink/contracts-ccip/contracts/libraries/RateLimiter.sol";

/// @notice CCIP's token bucket, one for each asset.
contract CcipRateLimiterInMapPeer {
    using RateLimiter for RateLimiter.TokenBucket;

    mapping(address asset => RateLimiter.TokenBucket) private buckets;

    constructor(address token, uint128 capacity, uint128 rate) {
        RateLimiter.Config memory config = RateLimiter.Config({isEnabled: true, capacity: capacity, rate: rate});
        buckets[address(0)]._setTokenBucketConfig(config);
        buckets[token]._setTokenBucketConfig(config);
    }

    function run(address asset, uint256 amount) external {
        buckets[asset]._consume(amount, asset);
    }
}

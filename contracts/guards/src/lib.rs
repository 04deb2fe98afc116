//! Circuit breakers and invariant guards for Arbitrum Stylus.
#![cfg_attr(not(test), no_std)]

//! A lock-box bridge.

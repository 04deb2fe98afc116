//! The embedded chain behind JSON-RPC.

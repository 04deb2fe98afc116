//! The mathematics and state machines of Portcullis.
#![no_std]

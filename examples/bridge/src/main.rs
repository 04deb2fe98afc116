//! What `cargo stylus` runs to learn the contract's interface and its constructor.

fn main() {
    bridge::print_from_args();
}

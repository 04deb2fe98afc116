//! What `cargo stylus` runs to learn the contract's interface and its constructor.

fn main() {
    vault::print_from_args();
}

//! What `cargo stylus` runs to learn the contract's interface and its constructor.

fn main() {
    portcullis_council::print_from_args();
}

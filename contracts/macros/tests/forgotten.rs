//! Each way to forget a guard does not compile, and the message says what to type.
//!
//! The messages are in `tests/forgotten/*.stderr`, as the compiler of `rust-toolchain.toml` writes them;
//! `TRYBUILD=overwrite cargo test -p portcullis-macros --test forgotten` writes them anew.

#[test]
fn each_way_to_forget_a_guard_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/forgotten/*.rs");
}
